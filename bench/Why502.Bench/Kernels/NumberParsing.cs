using BenchmarkDotNet.Attributes;
using Why502.Traffic.Engine;

namespace Why502.Bench.Kernels;

/// <summary>Times and sizes as nginx writes them. An operation is a value.</summary>
public unsafe class NumberParsing
{
    private const int Width = 16;

    private readonly byte[] _times = GC.AllocateArray<byte>(Sample.Values * Width, pinned: true);
    private readonly byte[] _sizes = GC.AllocateArray<byte>(Sample.Values * Width, pinned: true);
    private readonly int[] _timeLengths = new int[Sample.Values];
    private readonly int[] _sizeLengths = new int[Sample.Values];

    public NumberParsing()
    {
        Random random = new(Sample.Seed);
        for (int i = 0; i < Sample.Values; i++)
        {
            _timeLengths[i] = System.Text.Encoding.Latin1.GetBytes($"{random.Next(20) / 19 * random.Next(61)}.{random.Next(1000):000}", _times.AsSpan(i * Width));
            _sizeLengths[i] = System.Text.Encoding.Latin1.GetBytes($"{random.Next(1 << random.Next(1, 27))}", _sizes.AsSpan(i * Width));
        }
    }

    [Benchmark(OperationsPerInvoke = Sample.Values)]
    public long Milliseconds()
    {
        byte* text = (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref _times[0]);
        long sum = 0;
        for (int i = 0; i < Sample.Values; i++)
        {
            sum += Digits.Milliseconds(text + i * Width, _timeLengths[i]);
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Sample.Values)]
    public int AreDigits()
    {
        byte* text = (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref _sizes[0]);
        int count = 0;
        for (int i = 0; i < Sample.Values; i++)
        {
            count += Digits.AreAll(text + i * Width, _sizeLengths[i]) ? 1 : 0;
        }

        return count;
    }
}
