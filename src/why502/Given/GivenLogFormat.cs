using System.Text;
using Why502.Diagnosis;
using Why502.Logs;
using Why502.Nginx;

namespace Why502.Cli.Given;

/// <summary>Which format an access log among the files is in.</summary>
internal static class GivenLogFormat
{
    /// <summary>So many lines at its head tell.</summary>
    private const int LinesMax = 20;

    /// <summary>The format is the given configuration's where one of its formats fits the first lines, else it is recognised.</summary>
    /// <param name="file">An access log.</param>
    public static GivenLog Of(GivenFile file, NginxConfiguration? configuration)
    {
        if (file.Format is { } told)
        {
            return new(GivenLogKind.AccessLog, file.Path, told, "default");
        }

        var lines = Encoding.Latin1.GetString(file.Head).Split('\n', StringSplitOptions.RemoveEmptyEntries).Take(LinesMax).ToList();
        var configured = configuration?.AccessLogs
            .Where(log => log.Format is not null)
            .DistinctBy(log => (log.Format, log.Escape))
            .Select(log => (log.Format, log.Escape, Fits: Fits(log.Format!, log.Escape, file.Head)))
            .Where(log => log.Fits > 0)
            .OrderByDescending(log => log.Fits)
            .ThenByDescending(log => log.Format!.Length)
            .FirstOrDefault();
        if (configured is { Format: { } format })
        {
            return new(GivenLogKind.AccessLog, file.Path, format, configured.Value.Escape);
        }

        var recognised = AccessLogFormat.Recognise(lines) ?? AccessLogFormat.Combined;
        return new(GivenLogKind.AccessLog, file.Path, recognised.Text, EscapeWords.Word(recognised.Escape));
    }

    private static int Fits(string format, string escape, ReadOnlySpan<byte> head)
    {
        var compiled = AccessLogFormat.Compile(format, EscapeWords.Mode(escape));
        var fits = 0;
        for (var line = 0; line < LinesMax && !head.IsEmpty; line++)
        {
            var end = head.IndexOf((byte)'\n');
            if (end < 0)
            {
                break;
            }

            fits += compiled.TryParse(head[..end], out _) ? 1 : 0;
            head = head[(end + 1)..];
        }

        return fits;
    }
}
