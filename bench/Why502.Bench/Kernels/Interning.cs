using System.Text;
using BenchmarkDotNet.Attributes;
using Why502.Traffic.Engine;
using Why502.Traffic.Sketches;

namespace Why502.Bench.Kernels;

/// <summary>Addresses of upstreams to their numbers. An operation is an address.</summary>
public unsafe class Interning
{
    private const int Width = 64;

    private readonly byte[] _short = new byte[(Sample.Values + 1) * Width];
    private readonly byte[] _long = new byte[(Sample.Values + 1) * Width];
    private readonly int[] _shortLengths = new int[Sample.Values];
    private readonly int[] _longLengths = new int[Sample.Values];
    private readonly UpstreamTable _table = new();

    [Params(4, 40, 400)]
    public int Nodes { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        Random random = new(Sample.Seed);
        for (int i = 0; i < Sample.Values; i++)
        {
            int node = random.Next(Nodes);
            _shortLengths[i] = Encoding.Latin1.GetBytes($"10.1.{node}.1:8080", _short.AsSpan(i * Width));
            _longLengths[i] = Encoding.Latin1.GetBytes($"[2001:db8:7:1:2:3:4:{node:x}]:9000", _long.AsSpan(i * Width));
            _table.Get(_short.AsSpan(i * Width, _shortLengths[i]));
            _table.Get(_long.AsSpan(i * Width, _longLengths[i]));
        }
    }

    [Benchmark(OperationsPerInvoke = Sample.Values)]
    public int ShortAddresses() => Find(_short, _shortLengths);

    [Benchmark(OperationsPerInvoke = Sample.Values)]
    public int LongAddresses() => Find(_long, _longLengths);

    private int Find(byte[] addresses, int[] lengths)
    {
        int sum = 0;
        fixed (byte* text = addresses)
        {
            for (int i = 0; i < Sample.Values; i++)
            {
                sum += _table.Find(text + i * Width, lengths[i]);
            }
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Sample.Values)]
    public ulong Hashes()
    {
        ulong sum = 0;
        for (int i = 0; i < Sample.Values; i++)
        {
            sum += TextHash.Of(_long.AsSpan(i * Width, _longLengths[i]));
        }

        return sum;
    }
}
