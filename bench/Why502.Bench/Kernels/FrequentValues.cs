using BenchmarkDotNet.Attributes;
using Why502.Bench.Traffic;
using Why502.Traffic.Sketches;

namespace Why502.Bench.Kernels;

/// <summary>Clients into the table of frequent ones: those of a log, of which most are held, and a new one in every row. An operation is a row.</summary>
public class FrequentValues
{
    private readonly byte[][] _clients = Sample.Texts(AccessLogShape.Combined, Sample.Client);
    private readonly HeavyHitters _usual = new(4096, 48);
    private readonly HeavyHitters _flooded = new(4096, 48);
    private readonly DistinctSketch _distinct = new();
    private ulong _next;

    [Benchmark(OperationsPerInvoke = Sample.Values)]
    public void Clients()
    {
        foreach (byte[] client in _clients)
        {
            _usual.Add(TextHash.Of(client), client);
        }
    }

    [Benchmark(OperationsPerInvoke = Sample.Values)]
    public void AlwaysNew()
    {
        for (int i = 0; i < Sample.Values; i++)
        {
            _flooded.Add(_next += 0x9E37_79B9_7F4A_7C15, "203.0.113.7"u8);
        }
    }

    [Benchmark(OperationsPerInvoke = Sample.Values)]
    public void Distinct()
    {
        for (int i = 0; i < Sample.Values; i++)
        {
            _distinct.Add(_next += 0x9E37_79B9_7F4A_7C15);
        }
    }
}
