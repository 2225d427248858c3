using System.Globalization;
using Why502.Diagnosis;
using Why502.Host.Kernel;
using Why502.Logs;

namespace Why502.Host.Logs;

/// <summary>Lines of systemd's journal, by journalctl(1), in the short-iso form: time with zone, host, program[pid], message.</summary>
internal sealed class Journal(LogLimits limits)
{
    public const string Prefix = "journal:";

    private readonly Programs programs = new(null);

    /// <param name="selection">Which entries: <c>--unit=nginx.service</c> or <c>--dmesg</c>.</param>
    /// <returns>What was read, or the reason why nothing could be.</returns>
    public async Task<(LogCoverage? Coverage, string? Unobserved)> ReadAsync(string selection, string name, DateTimeOffset? from, ILogSink sink, CancellationToken cancellation)
    {
        List<string> arguments = [selection, "--no-pager", "--output=short-iso", $"--lines={limits.JournalLinesMax.ToString(CultureInfo.InvariantCulture)}"];
        if (from is { } since)
        {
            arguments.Add($"--since=@{since.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)}");
        }

        if (programs.Find("journalctl") is not { } journalctl)
        {
            return (null, "there is no journalctl on this machine");
        }

        var run = await Programs.RunAsync(journalctl, arguments, limits.JournalPatience, limits.JournalBytesMax, cancellation).ConfigureAwait(false);
        if (Refusal(run) is { } refusal)
        {
            return (null, refusal);
        }

        sink.Begin(name, null);
        sink.Push(WithoutNotes(run.Bytes));
        sink.End();
        var lines = run.Bytes.AsSpan().Count((byte)'\n');
        return (new(run.Bytes.Length, run.Bytes.Length, run.Cut || lines >= limits.JournalLinesMax, [name]), null);
    }

    /// <summary>Without the right to read it, journalctl shows what it may and says so on standard error (systemd: logs-show.c, journal-util.c).</summary>
    private static string? Refusal(ProgramRun run)
    {
        if (run is { Failure: { } failure, Cut: false })
        {
            return failure;
        }

        var error = Sanitizer.Line(run.Error.Split('\n')[0]);
        if (error.Contains("insufficient permissions", StringComparison.OrdinalIgnoreCase)
            || (error.StartsWith("Hint: You are currently not seeing messages", StringComparison.Ordinal) && IsEmpty(run.Bytes)))
        {
            return "no permission to read the journal: root or a member of the groups adm or systemd-journal can";
        }

        if (error.StartsWith("No journal files were found", StringComparison.Ordinal))
        {
            return "there is no journal on this machine";
        }

        return run.ExitCode is not (0 or null) && IsEmpty(run.Bytes) ? $"journalctl failed ({error})" : null;
    }

    private static bool IsEmpty(byte[] text) => WithoutNotes(text).IsEmpty;

    /// <summary>"-- No entries --", "-- Journal begins at …": notes of journalctl's own.</summary>
    private static ReadOnlySpan<byte> WithoutNotes(byte[] text)
    {
        ReadOnlySpan<byte> rest = text;
        while (rest.StartsWith("-- "u8))
        {
            var feed = rest.IndexOf((byte)'\n');
            rest = feed < 0 ? default : rest[(feed + 1)..];
        }

        return rest;
    }
}
