using System.Text;
using Why502.Logs;
using Why502.Logs.Commands;

namespace Why502.Cli.Given;

/// <summary>
/// Statuses that somebody saw as a client of nginx's, where no access log was given: each becomes the row that nginx would have written. One address that refused the same person's own
/// connection, or one socket that was listed, is taken for the one behind nginx where nothing names the upstream otherwise.
/// </summary>
internal static class ToldAnswers
{
    private const string Format = "\"$request\" $status $body_bytes_sent $host";

    private const string FormatWithPeer = Format + " $upstream_addr";

    public static IReadOnlyList<GivenFile> AddTo(IReadOnlyList<GivenFile> files)
    {
        if (files.Any(file => file.Kind == GivenKind.AccessLog))
        {
            return files;
        }

        // What is not there is normal, unless a configuration shows who should have answered.
        var least = files.Any(file => file.Kind == GivenKind.Configuration) ? 400 : 500;
        var told = files.SelectMany(file => file.Records.OfType<ToldStatus>().Where(status => status.Status >= least).Select(status => (File: file, Status: status))).ToList();
        var rows = told.Where(row => row.Status is AnsweredByNginx).ToList();
        if (rows.Count == 0 && !files.Any(file => file.Kind == GivenKind.ErrorLog && !IsTestOfConfiguration(file)))
        {
            // What was read of an error log would say that nginx had logged no failure.
            (rows, files) = (told, told.Count > 0 ? [.. files.Where(file => !IsTestOfConfiguration(file))] : files);
        }

        // Each file keeps its line numbers.
        var peer = files.Any(file => file.Kind is GivenKind.ErrorLog or GivenKind.Configuration) ? null : RefusedAddress([.. files.SelectMany(file => file.Records).OfType<Trial>()]) ?? ListedSocket([.. files.SelectMany(file => file.Records).OfType<ListedPath>()]);
        return [.. files, .. rows.GroupBy(row => row.File.Path).Select(ofFile => Log([.. ofFile], peer))];
    }

    /// <summary>What <c>nginx -t</c> says has the form of a log's line, and tells of no request.</summary>
    private static bool IsTestOfConfiguration(GivenFile file)
        => file is { Kind: GivenKind.ErrorLog, Content: { } content } && Encoding.Latin1.GetString(content).Split('\n').Select(line => ErrorLogLine.Parse(line.TrimEnd('\r'))).OfType<ErrorLogRecord>().Where(record => record.Known is not null).ToList() is { Count: > 0 } records
            && records.TrueForAll(record => record.Known!.Phases is ["(command line)"]);

    private static GivenFile Log(IReadOnlyList<(GivenFile File, ToldStatus Status)> rows, string? peer)
    {
        var lines = new string[rows.Max(row => row.Status.Line)];
        foreach (var (_, told) in rows)
        {
            var row = $"{told.Row} {(told as AnsweredByNginx)?.Host ?? "-"}";
            lines[told.Line - 1] = peer is null ? row : $"{row} {(told.Status == 502 ? peer : "-")}";
        }

        var content = Encoding.Latin1.GetBytes(string.Join('\n', lines) + "\n");
        return new GivenFile(rows[0].File.Name, rows[0].File.Path, GivenKind.AccessLog) { Content = content, Head = content, Format = peer is null ? Format : FormatWithPeer };
    }

    private static string? ListedSocket(IReadOnlyList<ListedPath> listed)
        => listed.Where(row => row.Kind == 's' && row.Path.StartsWith('/')).Select(row => row.Path).Distinct().ToList() is [var only] ? $"unix:{only}" : null;

    /// <summary>The address of the one kind of trial that was refused, none if there are several.</summary>
    private static string? RefusedAddress(IReadOnlyList<Trial> trials)
    {
        // The last try at an address is the state of affairs.
        var last = trials.Where(trial => trial.UnixPath is null && trial.Port is not (0 or 80 or 443)).GroupBy(trial => (Host: trial.Host == "localhost" ? "127.0.0.1" : trial.Host, trial.Port)).Select(same => (same.Key, same.Last().End)).ToList();
        return last.Where(trial => trial.End == TrialEnd.Refused).ToList() is [var only] && System.Net.IPAddress.TryParse(only.Key.Host, out var address)
            ? new System.Net.IPEndPoint(address, only.Key.Port).ToString()
            : null;
    }
}
