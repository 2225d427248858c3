namespace Why502.Cli.Given;

/// <summary>With files the clock stands at the newest time stamp in them; the zone is the access log's, else this machine's.</summary>
internal sealed class FileClock : TimeProvider
{
    /// <summary>The newest time stamp, without a zone as error logs write it.</summary>
    public DateTime? Local { get; set; }

    public TimeSpan? Offset { get; set; }

    public DateTimeOffset Now => Local is { } local
        ? new DateTimeOffset(DateTime.SpecifyKind(local, DateTimeKind.Unspecified), Offset ?? TimeZoneInfo.Local.GetUtcOffset(local))
        : TimeProvider.System.GetLocalNow();

    public override TimeZoneInfo LocalTimeZone => Offset is { } offset
        ? TimeZoneInfo.CreateCustomTimeZone("given", offset, "given", "given")
        : TimeZoneInfo.Local;

    public override DateTimeOffset GetUtcNow() => Now.ToUniversalTime();
}
