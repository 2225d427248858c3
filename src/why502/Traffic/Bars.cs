namespace Why502.Cli.Traffic;

/// <summary>Numbers as blocks of eighths.</summary>
internal static class Bars
{
    private const string Heights = "▁▂▃▄▅▆▇█";
    private const string Widths = "▏▎▍▌▋▊▉█";

    /// <summary>One character for each of <paramref name="width"/> equal parts of the numbers; a blank where there is nothing.</summary>
    public static string Spark(IReadOnlyList<double> numbers, int width)
    {
        if (numbers.Count == 0)
        {
            return "";
        }

        width = Math.Min(width, numbers.Count);
        double[] sums = new double[width], counts = new double[width];
        for (var i = 0; i < numbers.Count; i++)
        {
            var part = (int)((long)i * width / numbers.Count);
            sums[part] += numbers[i];
            counts[part]++;
        }

        double[] means = [.. sums.Zip(counts, (sum, count) => sum / count)];
        var most = means.Max();
        return string.Concat(means.Select(mean => mean <= 0 ? ' ' : Heights[(int)Math.Min(7, mean / most * 8)]));
    }

    /// <summary>A share of 1 as a bar.</summary>
    public static string Bar(double share, int width)
    {
        var eighths = (int)Math.Round(Math.Clamp(share, 0, 1) * width * 8);
        var bar = new string('█', eighths / 8) + (eighths % 8 > 0 ? Widths[eighths % 8 - 1].ToString() : "");
        return bar.Length == 0 && share > 0 ? "▏" : bar;
    }
}
