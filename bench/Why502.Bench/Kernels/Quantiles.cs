using BenchmarkDotNet.Attributes;
using Why502.Traffic.Sketches;

namespace Why502.Bench.Kernels;

/// <summary>Times into quantile sketches. An operation is a value.</summary>
public class Quantiles
{
    private readonly uint[] _values = new uint[Sample.Values];
    private readonly QuantileSketch[] _sketches = [.. Enumerable.Range(0, 512).Select(_ => new QuantileSketch())];
    private readonly QuantileSketch _other = new();

    public Quantiles()
    {
        Random random = new(Sample.Seed);
        for (int i = 0; i < Sample.Values; i++)
        {
            _values[i] = (uint)random.Next(1 << random.Next(1, 17));
            _other.Add(_values[i]);
        }
    }

    [Benchmark(OperationsPerInvoke = Sample.Values)]
    public void OneSketch()
    {
        foreach (uint value in _values)
        {
            _sketches[0].Add(value);
        }
    }

    /// <summary>As routes have them: one each.</summary>
    [Benchmark(OperationsPerInvoke = Sample.Values)]
    public void ManySketches()
    {
        for (int i = 0; i < Sample.Values; i++)
        {
            _sketches[i & 511].Add(_values[i]);
        }
    }

    [Benchmark]
    public void Merge() => _sketches[1].Merge(_other);
}
