namespace Why502.Traffic.Engine;

/// <summary>Formats whose rows are read in one piece.</summary>
internal enum RowShape
{
    Any,

    /// <summary>nginx's own.</summary>
    Combined,

    /// <summary>The common log format, with the upstream's address, status and time and the request's time behind it, in this order, each behind any short literal.</summary>
    Timing,
}
