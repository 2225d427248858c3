using Why502.Logs;

namespace Why502.Host.Logs;

/// <summary>Where a line stands with regard to the window.</summary>
internal enum LinePlace
{
    Undated,
    Before,
    Within,
}

internal delegate LinePlace PlaceOf(ReadOnlySpan<byte> line);

/// <summary>The beginning of a window, in both clocks that logs are written in.</summary>
internal sealed class WindowStart
{
    private readonly DateTime utc;
    private readonly DateTime local;
    private readonly DateTime localNow;
    private readonly TimeSpan disorder;

    public WindowStart(DateTimeOffset from, DateTimeOffset now, TimeZoneInfo zone, TimeSpan disorder)
    {
        From = from;
        this.disorder = disorder;
        utc = from.UtcDateTime;
        localNow = TimeZoneInfo.ConvertTime(now, zone).DateTime;

        // When the clocks went back within the window, the wall clock of its beginning comes twice: the earlier reading loses nothing.
        var then = TimeZoneInfo.ConvertTime(from, zone).DateTime;
        var asOfNow = from.ToOffset(zone.GetUtcOffset(now)).DateTime;
        local = then < asOfNow ? then : asOfNow;
    }

    public DateTimeOffset From { get; }

    /// <summary>For stamps without a zone.</summary>
    public DateTime Local => local;

    public bool IsBefore(DateTime time, bool isUtc) => time < (isUtc ? utc : local);

    /// <summary>For the search, which takes disorder between neighbours into account.</summary>
    public LinePlace Place(DateTime time, bool isUtc) => IsBefore(time + disorder, isUtc) ? LinePlace.Before : LinePlace.Within;

    /// <summary>Place of a line whose stamp leads it.</summary>
    public LinePlace PlaceByLead(ReadOnlySpan<byte> line) => LogTime.TryRead(line, out var time, out var hasZone, localNow) ? Place(time, hasZone) : LinePlace.Undated;
}
