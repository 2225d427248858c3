using System.Text;
using BenchmarkDotNet.Attributes;
using Why502.Traffic.Engine;
using Why502.Traffic.Sketches;

namespace Why502.Bench.Kernels;

/// <summary>Addresses of upstreams to their numbers. An operation is an address.</summary>
public unsafe class Interning
{
    private const int Width = 32;

    private readonly byte[] _short = GC.AllocateArray<byte>(Sample.Values * Width, pinned: true);
    private readonly byte[] _long = GC.AllocateArray<byte>(Sample.Values * Width, pinned: true);
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
            _longLengths[i] = Encoding.Latin1.GetBytes($"[2001:db8:7::{node:x}]:9000", _long.AsSpan(i * Width));
            _table.Get(_short.AsSpan(i * Width, _shortLengths[i]));
            _table.Get(_long.AsSpan(i * Width, _longLengths[i]));
        }
    }

    [Benchmark(OperationsPerInvoke = Sample.Values)]
    public int ShortAddresses()
    {
        byte* text = (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref _short[0]);
        int sum = 0;
        for (int i = 0; i < Sample.Values; i++)
        {
            sum += _table.Short.Find(text + i * Width, _shortLengths[i]);
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Sample.Values)]
    public int LongAddresses()
    {
        int sum = 0;
        for (int i = 0; i < Sample.Values; i++)
        {
            sum += _table.IndexOf(_long.AsSpan(i * Width, _longLengths[i]));
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
