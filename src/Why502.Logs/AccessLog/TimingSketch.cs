namespace Why502.Logs;

/// <summary>Counts of times in buckets that grow by 2 %, so that a quantile is off by at most 1 % and any number of rows fits in a few hundred counters.</summary>
internal sealed class TimingSketch
{
    private const double Growth = 1.02;
    private static readonly double LogGrowth = Math.Log(Growth);
    private readonly Dictionary<short, int> _buckets = [];
    private double _min = double.MaxValue;
    private double _max = double.MinValue;
    private long _count;

    public void Add(double seconds)
    {
        if (!(seconds >= 0) || seconds > 1e9)
        {
            return;
        }

        _count++;
        _min = Math.Min(_min, seconds);
        _max = Math.Max(_max, seconds);
        // nginx's clock has milliseconds; everything below is one bucket.
        short bucket = seconds < 0.001 ? (short)-1 : (short)(Math.Log(seconds / 0.001) / LogGrowth);
        _buckets[bucket] = _buckets.GetValueOrDefault(bucket) + 1;
    }

    public Timing? ToTiming()
    {
        if (_count == 0)
        {
            return null;
        }

        KeyValuePair<short, int>[] sorted = [.. _buckets.OrderBy(b => b.Key)];
        return new Timing(_min, Quantile(sorted, 0.50), Quantile(sorted, 0.95), Quantile(sorted, 0.99), _max, _count);
    }

    private double Quantile(KeyValuePair<short, int>[] sorted, double q)
    {
        long rank = (long)Math.Ceiling(q * _count);
        long seen = 0;
        foreach ((short bucket, int count) in sorted)
        {
            seen += count;
            if (seen >= rank)
            {
                double middle = bucket < 0 ? 0 : 0.001 * Math.Pow(Growth, bucket + 0.5);
                return Math.Clamp(middle, _min, _max);
            }
        }

        return _max;
    }
}
