using System.Globalization;
using Why502.Diagnosis;

namespace Why502.Host.Logs;

/// <summary>Lines of systemd's journal, by journalctl(1), in the short-iso form: time with zone, host, program[pid], message.</summary>
internal sealed class Journal(TimeProvider time, LogLimits limits)
{
    public const string Prefix = "journal:";

    /// <param name="selection">Which entries: <c>--unit=nginx.service</c> or <c>--dmesg</c>.</param>
    /// <returns>What was read, or the reason why nothing could be.</returns>
    public async Task<(LogCoverage? Coverage, string? Unobserved)> ReadAsync(string selection, string name, DateTimeOffset? from, ILogSink sink, CancellationToken cancellation)
    {
        List<string> arguments = [selection, "--no-pager", "--output=short-iso", $"--lines={limits.JournalLinesMax.ToString(CultureInfo.InvariantCulture)}"];
        if (from is { } since)
        {
            arguments.Add($"--since=@{since.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)}");
        }

        CommandOutput? output;
        try
        {
            output = await CommandOutput.RunAsync("journalctl", arguments, limits.JournalBytesMax, limits.JournalPatience, time, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException failure)
        {
            return (null, failure.Message);
        }

        if (output is null)
        {
            return (null, "there is no journalctl on this machine");
        }

        if (Refusal(output) is { } refusal)
        {
            return (null, refusal);
        }

        sink.Begin(name, null);
        sink.Push(WithoutNotes(output.Text));
        sink.End();
        var lines = output.Text.AsSpan().Count((byte)'\n');
        return (new(output.Text.Length, output.Text.Length, output.Cut || lines >= limits.JournalLinesMax, [name]), null);
    }

    /// <summary>Without the right to read it, journalctl shows what it may and says so on standard error (systemd: logs-show.c, journal-util.c).</summary>
    private static string? Refusal(CommandOutput output)
    {
        if (output.Errors.Contains("insufficient permissions", StringComparison.OrdinalIgnoreCase)
            || (output.Errors.StartsWith("Hint: You are currently not seeing messages", StringComparison.Ordinal) && IsEmpty(output.Text)))
        {
            return "no permission to read the journal: root or a member of the groups adm or systemd-journal can";
        }

        if (output.Errors.StartsWith("No journal files were found", StringComparison.Ordinal))
        {
            return "there is no journal on this machine";
        }

        return output.ExitStatus != 0 && !output.Cut && IsEmpty(output.Text) ? $"journalctl failed ({output.Errors})" : null;
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
