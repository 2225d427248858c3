namespace Why502.Traffic.Findings;

/// <summary>A stretch in which errors stand out.</summary>
/// <param name="First">Its first minute's place among all.</param>
/// <param name="Last">Its last minute's.</param>
/// <param name="Errors">Errors in it, of <paramref name="Rows"/>; the others are those outside of it.</param>
/// <param name="Chance">The p-value, corrected for the number of stretches.</param>
internal readonly record struct ErrorWave(int First, int Last, long Errors, long Rows, long OtherErrors, long OtherRows, double Chance);

/// <summary>Finds the stretches of minutes in which errors stand out from the rest.</summary>
internal static class WaveScan
{
    /// <summary>Errors that are worth a word, in a log and in a wave by itself.</summary>
    public const long ErrorsMin = 20;

    /// <summary>Errors of one wave among several.</summary>
    private const long WaveErrorsMin = 5;

    private const int MinutesMin = 3;
    private const double RatioMin = 3;
    private const double SpanMax = 0.9;
    private const double SignificanceMax = 0.001;
    private const int WavesMax = 32;

    /// <summary>The worst first: each is looked for in what the ones before have left.</summary>
    public static List<ErrorWave> Find(IReadOnlyList<MinuteTraffic> minutes)
    {
        List<ErrorWave> waves = [];
        bool[] taken = new bool[minutes.Count];
        while (waves.Count < WavesMax && minutes.Count >= MinutesMin && Worst(minutes, taken, waves.Count == 0) is { } wave)
        {
            waves.Add(wave);
            Array.Fill(taken, true, wave.First, wave.Last - wave.First + 1);
        }

        return waves;
    }

    private static ErrorWave? Worst(IReadOnlyList<MinuteTraffic> minutes, bool[] taken, bool isFirst)
    {
        long errors = 0, rows = 0;
        for (int i = 0; i < taken.Length; i++)
        {
            errors += taken[i] ? 0 : minutes[i].ServerError;
            rows += taken[i] ? 0 : minutes[i].Rows;
        }

        if (errors < (isFirst ? ErrorsMin : WaveErrorsMin))
        {
            return null;
        }

        // Which stretch stands out depends on what counts as bad: every level is tried, and the stretch that chance explains least is taken (Kulldorff's scan).
        ErrorWave? best = null;
        double most = 0;
        double[] excess = new double[taken.Length];
        for (double level = errors / (double)rows / 2; level < 1; level *= 1.5)
        {
            for (int i = 0; i < excess.Length; i++)
            {
                excess[i] = taken[i] ? -minutes[i].Rows - 1.0 : minutes[i].ServerError - level * minutes[i].Rows;
            }

            (int first, int last) = LargestSum.Of(excess);
            if (last >= first && Of(minutes, taken, first, last, errors, rows) is var wave && Gain(wave) is var gain && gain > most)
            {
                (best, most) = (wave, gain);
            }
        }

        return best is { } found && Matters(found, minutes.Count) ? found : null;
    }

    private static ErrorWave Of(IReadOnlyList<MinuteTraffic> minutes, bool[] taken, int first, int last, long errors, long rows)
    {
        long inside = 0, insideRows = 0;
        for (int i = first; i <= last; i++)
        {
            inside += taken[i] ? 0 : minutes[i].ServerError;
            insideRows += taken[i] ? 0 : minutes[i].Rows;
        }

        // The stretch was chosen among all stretches: corrected for their number.
        double chance = Math.Min(1, Chance.BinomialBound(inside, errors, insideRows / (double)rows) * minutes.Count * minutes.Count / 2.0);
        return new ErrorWave(first, last, inside, insideRows, errors - inside, rows - insideRows, chance);
    }

    private static bool Matters(ErrorWave wave, int minutes) =>
        wave.Errors >= WaveErrorsMin && wave.Last - wave.First + 1 <= SpanMax * minutes && wave.Chance <= SignificanceMax
        && wave.Errors / (double)wave.Rows >= RatioMin * (wave.OtherErrors / (double)Math.Max(wave.OtherRows, 1));

    /// <summary>The logarithm of how much better two shares of errors explain what was seen than one.</summary>
    private static double Gain(ErrorWave wave)
    {
        double share = (wave.Errors + wave.OtherErrors) / (double)(wave.Rows + wave.OtherRows);
        double inside = wave.Errors / (double)wave.Rows;
        return inside <= share || wave.OtherRows == 0 ? 0 : Part(wave.Errors, wave.Rows * share) + Part(wave.OtherErrors, wave.OtherRows * share);

        static double Part(long errors, double expected) => errors == 0 ? 0 : errors * Math.Log(errors / expected);
    }
}
