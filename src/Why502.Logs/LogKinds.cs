using System.Text;

namespace Why502.Logs;

/// <summary>Names the kind of a log by its first lines, never by its file name.</summary>
public static class LogKinds
{
    public static LogKind Recognise(ReadOnlySpan<byte> head)
    {
        Span<int> votes = stackalloc int[9];
        votes.Clear();
        List<string> access = [];
        int lines = 0;
        while (head.Length > 0 && lines < 64)
        {
            int end = head.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? head : head[..end];
            head = end < 0 ? default : head[(end + 1)..];
            if (line.Length == 0)
            {
                continue;
            }

            lines++;
            votes[(int)Of(line)]++;
            if (access.Count < 16)
            {
                access.Add(Encoding.Latin1.GetString(line[..Math.Min(line.Length, 4096)]));
            }
        }

        votes[(int)LogKind.Unknown] = 0;
        int best = 0;
        for (int i = 1; i < votes.Length; i++)
        {
            best = votes[i] > votes[best] ? i : best;
        }

        if (best == 0 && AccessLogFormat.Recognise(access) is not null)
        {
            return LogKind.NginxAccess;
        }

        return (LogKind)best;
    }

    private static LogKind Of(ReadOnlySpan<byte> line)
    {
        if (ErrorLogLine.LooksLikeRecord(line))
        {
            return LogKind.NginxError;
        }

        return AppLog.Recognise(line) switch
        {
            AppLogKind.PhpFpm => LogKind.PhpFpm,
            AppLogKind.Gunicorn => LogKind.Gunicorn,
            AppLogKind.Uwsgi => LogKind.Uwsgi,
            AppLogKind.Kernel => LogKind.Kernel,
            AppLogKind.Journal => LogKind.Journal,
            AppLogKind.Node or AppLogKind.Generic => LogKind.App,
            _ => LogKind.Unknown,
        };
    }
}
