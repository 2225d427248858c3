namespace Why502.Logs;

/// <summary>A plain record on its way into the fold.</summary>
internal struct PlainRow
{
    public PlainRecord Record;
    public DateTime Time;

    /// <summary>Of level, message, server and upstream: where to look for what was decided about such a record.</summary>
    public ulong Hash;
}
