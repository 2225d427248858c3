using System.Globalization;

namespace Why502.Logs.Commands;

/// <summary>How busy a machine is, as <c>top</c>, <c>uptime</c>, <c>vmstat</c> or /proc shows it; null where the output does not say.</summary>
/// <param name="Load1">Average number of tasks that ran or waited, over a minute.</param>
/// <param name="Idle">Percent of processor time; so are <paramref name="IoWait"/> and <paramref name="Steal"/>.</param>
/// <param name="SwapPages">Pages of 4 KiB that were swapped in and out in a second.</param>
public sealed record LoadListed(double? Load1, int? Cores, double? Idle, double? IoWait, double? Steal, long? SwapPages) : CommandRecord;

/// <summary>A line of /proc/pressure: percent of time in which some or all tasks waited (Documentation/accounting/psi.rst).</summary>
public sealed record PressureListed(string Resource, bool Full, double Average10, double Average60) : CommandRecord;

/// <summary>The heads of <c>top</c> (procps, busybox), <c>uptime</c>, <c>w</c>, <c>vmstat</c>, <c>nproc</c>, <c>lscpu</c>, and <c>cat /proc/pressure/…</c>.</summary>
public sealed class LoadListing : ICommandReader
{
    private const string Average = "load average:";

    public string Command => "top -bn1";

    public bool Looks(PastedText text) => text.Any(IsAverage) || text.Any(IsTimes) || text.Any(IsVmstat) || text.Any(IsPressure) || text.Program == "nproc" || text.Any(IsCores);

    public IEnumerable<CommandRecord> Read(PastedText text)
    {
        var average = text.First(IsAverage);
        var times = text.First(IsTimes);
        var vmstat = Vmstat(text);
        var cores = Cores(text);
        if ((average ?? times ?? vmstat?.Row ?? text.First(IsCores)) is { } line || (text.Program == "nproc" && text.Lines is [var first, ..] && (line = first).Text is not null))
        {
            yield return new LoadListed(
                average is { } load ? Number(After(load.Text, Average).TrimStart().Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault()) : null,
                cores,
                Times(times, "id") ?? vmstat?.Of("id"),
                Times(times, "wa") ?? vmstat?.Of("wa"),
                Times(times, "st") ?? vmstat?.Of("st"),
                vmstat is { } rows && rows.Of("si") is { } read && rows.Of("so") is { } written ? (long)(read + written) / 4 : null)
            {
                Line = line.Number,
            };
        }

        var resource = "";
        foreach (var row in text.Lines)
        {
            resource = ResourceIn(row.Text) ?? ResourceIn(text.Command ?? "") ?? resource;
            if (IsPressure(row.Text) && resource.Length > 0)
            {
                yield return new PressureListed(resource, row.Text.Contains("full avg10=", StringComparison.Ordinal), Value(row.Text, "avg10=") ?? 0, Value(row.Text, "avg60=") ?? 0) { Line = row.Number };
            }
        }
    }

    private static bool IsAverage(string line) => line.Contains(Average, StringComparison.Ordinal) || line.Contains("load averages:", StringComparison.Ordinal);

    /// <summary>"%Cpu(s): 12.4 us, 6.3 sy, …" of procps; "Cpu(s): 12.4%us" of its elder; "CPU: 12% usr" of busybox.</summary>
    private static bool IsTimes(string line)
        => line.AsSpan().TrimStart().StartsWith("%Cpu(s):") || line.AsSpan().TrimStart().StartsWith("Cpu(s):") || (line.StartsWith("CPU:", StringComparison.Ordinal) && line.Contains("idle", StringComparison.Ordinal));

    private static bool IsVmstat(string line) => line.Contains(" swpd ", StringComparison.Ordinal) && line.Contains(" si ", StringComparison.Ordinal);

    private static bool IsPressure(string line) => line.Contains("some avg10=", StringComparison.Ordinal) || line.Contains("full avg10=", StringComparison.Ordinal);

    private static bool IsCores(string line) => line.StartsWith("CPU(s):", StringComparison.Ordinal);

    private static string? ResourceIn(string text)
        => text.Contains("pressure/cpu", StringComparison.Ordinal) ? "cpu"
            : text.Contains("pressure/memory", StringComparison.Ordinal) ? "memory"
            : text.Contains("pressure/io", StringComparison.Ordinal) ? "io"
            : null;

    private static int? Cores(PastedText text)
    {
        var said = text.Program == "nproc" ? text.Lines.Select(line => line.Text.Trim()).FirstOrDefault(line => line.Length > 0) : text.First(IsCores)?.Words[^1];
        if (int.TryParse(said, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        // After "1" top shows a line for each processor.
        var each = text.Lines.Count(line => line.Text.StartsWith("%Cpu", StringComparison.Ordinal) && line.Text.Length > 4 && char.IsAsciiDigit(line.Text[4]));
        return each > 0 ? each : null;
    }

    /// <summary>A percentage in front of its name, with the sign and the comma where each version has them.</summary>
    private static double? Times(PastedLine? line, string name)
    {
        if (line is not { } times)
        {
            return null;
        }

        var words = After(times.Text, ":").Split([' ', ',', '%'], StringSplitOptions.RemoveEmptyEntries);
        var at = Array.FindIndex(words, word => word == name || (name == "id" && word == "idle") || (name == "wa" && word == "io"));
        return at > 0 ? Number(words[at - 1]) : null;
    }

    private sealed record VmstatRow(PastedLine Row, string[] Header)
    {
        public double? Of(string column) => Array.IndexOf(Header, column) is >= 0 and var at && at < Row.Words.Length ? Number(Row.Words[at]) : null;
    }

    /// <summary>The last row: the first is the average since the machine was started.</summary>
    private static VmstatRow? Vmstat(PastedText text)
    {
        if (text.First(IsVmstat) is not { } header)
        {
            return null;
        }

        var rows = text.Lines.Where(line => line.Number > header.Number && line.Words is { Length: > 14 } words && words.All(word => Number(word) is not null)).ToList();
        return rows.Count == 0 ? null : new(rows[^1], header.Words);
    }

    private static string After(string text, string mark) => text.IndexOf(mark, StringComparison.Ordinal) is >= 0 and var at ? text[(at + mark.Length)..] : text;

    private static double? Value(string text, string name)
        => text.Contains(name, StringComparison.Ordinal) ? Number(After(text, name).Split(' ', 2)[0]) : null;

    private static double? Number(string? text) => double.TryParse(text?.TrimEnd(','), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;
}
