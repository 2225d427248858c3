using System.Globalization;

namespace Why502.Cli.Traffic;

/// <summary>One value of a table for programs.</summary>
/// <param name="IsForeign">Out of a log, or of a file's name: a stranger may have chosen it.</param>
internal readonly record struct Cell(string Text, bool IsForeign)
{
    /// <summary>No value.</summary>
    public static readonly Cell None = new("", false);

    public static Cell Of(long number) => new(number.ToString(CultureInfo.InvariantCulture), false);

    public static Cell Of(bool value) => new(value ? "true" : "false", false);

    public static Cell Of(double? number) => number is { } known ? new(known.ToString("R", CultureInfo.InvariantCulture), false) : None;

    public static Cell Seconds(double? milliseconds) => milliseconds is { } known ? new(Math.Round(known / 1000, 6).ToString("0.######", CultureInfo.InvariantCulture), false) : None;

    public static Cell Of(DateTimeOffset? time) => time is { } known ? new(known.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture), false) : None;

    public static Cell Foreign(string? text) => new(text ?? "", true);
}
