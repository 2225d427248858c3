namespace Why502.Cli.Traffic;

/// <summary>Numbers as blocks of eighths.</summary>
internal static class Bars
{
    private const string Heights = "▁▂▃▄▅▆▇█";
    private const string Widths = "▏▎▍▌▋▊▉█";

    /// <summary>One character for each of <paramref name="width"/> equal parts of the numbers; a blank where there is nothing.</summary>
    public static string Spark(ReadOnlySpan<double> numbers, int width)
    {
        if (numbers.Length == 0)
        {
            return "";
        }

        width = Math.Min(width, numbers.Length);
        double[] sums = new double[width], counts = new double[width];
        for (var i = 0; i < numbers.Length; i++)
        {
            var part = (int)((long)i * width / numbers.Length);
            sums[part] += numbers[i];
            counts[part]++;
        }

        var most = double.NegativeInfinity;
        for (var i = 0; i < width; i++)
        {
            sums[i] /= counts[i];
            most = Math.Max(most, sums[i]);
        }

        var bars = new char[width];
        for (var i = 0; i < width; i++)
        {
            bars[i] = sums[i] <= 0 ? ' ' : Heights[(int)Math.Min(7, sums[i] / most * 8)];
        }

        return new string(bars);
    }

    /// <summary>A share of 1 as a bar.</summary>
    public static string Bar(double share, int width)
    {
        var eighths = (int)Math.Round(Math.Clamp(share, 0, 1) * width * 8);
        var bar = new string('█', eighths / 8) + (eighths % 8 > 0 ? Widths[eighths % 8 - 1].ToString() : "");
        return bar.Length == 0 && share > 0 ? "▏" : bar;
    }
}
