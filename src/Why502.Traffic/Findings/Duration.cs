using System.Globalization;

namespace Why502.Traffic.Findings;

/// <summary>Times in sentences.</summary>
internal static class Duration
{
    private const double Second = 1000;

    /// <summary>Milliseconds up to a second, else seconds, as exact as quantiles are.</summary>
    public static string Of(double milliseconds)
        => milliseconds < Second ? string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0.#} ms") : string.Create(CultureInfo.InvariantCulture, $"{milliseconds / Second:0.##} s");
}
