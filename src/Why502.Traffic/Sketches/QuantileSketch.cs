using System.Numerics;
using System.Runtime.CompilerServices;

namespace Why502.Traffic.Sketches;

/// <summary>
/// Counts of whole numbers (milliseconds) in buckets that keep the seven leading bits: exact below 128, and within 1/128 (0.78 %) above.
/// Two sketches add up to the sketch of both inputs, bucket by bucket, in any order.
/// </summary>
internal sealed class QuantileSketch
{
    /// <summary>Buckets in each power of two; a bucket's middle is at most half its width, 1/128 of the value, off.</summary>
    private const int BucketsPerOctave = 64;

    private const int OctaveBits = 6;

    /// <summary>Room grows by so many: a sketch grows a few times, and each time leaves the old room behind.</summary>
    private const int BucketsPerStep = 4 * BucketsPerOctave;

    /// <summary>So many values are kept as they are: most routes of a long log are rare, and five kilobytes for each would be too much.</summary>
    private const int FewMax = 32;

    private uint[] _few = [];

    /// <summary>Values in <see cref="_few"/>, or -1 when there are buckets.</summary>
    private int _fewCount;

    /// <summary>Empty while there are few values.</summary>
    private long[] _counts = [];

    /// <summary>Buckets of before, all zero.</summary>
    private long[] _spare = [];

    public const double RelativeError = 1.0 / 128;

    public long Count => _counts.Sum() + Math.Max(_fewCount, 0);

    /// <summary>The exact sum of what was added.</summary>
    public long Sum { get; private set; }

    public uint Min { get; private set; } = uint.MaxValue;

    public uint Max { get; private set; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(uint value)
    {
        Sum += value;
        if (value < Min)
        {
            Min = value;
        }

        if (value > Max)
        {
            Max = value;
        }

        int index = IndexOf(value);
        long[] counts = _counts;
        if ((uint)index < (uint)counts.Length)
        {
            counts[index]++;
        }
        else
        {
            AddRarely(value, index);
        }
    }

    public void Merge(QuantileSketch other)
    {
        if (other._fewCount >= 0)
        {
            foreach (uint value in other._few.AsSpan(0, other._fewCount))
            {
                Add(value);
            }

            return;
        }

        Spread();
        for (int i = other._counts.Length - 1; i >= 0; i--)
        {
            if (other._counts[i] != 0)
            {
                Bucket(i) += other._counts[i];
            }
        }

        Sum += other.Sum;
        Min = Math.Min(Min, other.Min);
        Max = Math.Max(Max, other.Max);
    }

    public void Clear()
    {
        if (_fewCount < 0)
        {
            Array.Clear(_counts);
            (_spare, _counts) = (_counts, []);
        }

        (Sum, Min, Max, _fewCount) = (0, uint.MaxValue, 0, 0);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AddRarely(uint value, int index)
    {
        if (_fewCount < 0)
        {
            Bucket(index)++;
            return;
        }

        if (_fewCount == _few.Length)
        {
            if (_few.Length == FewMax)
            {
                Spread();
                Bucket(index)++;
                return;
            }

            Array.Resize(ref _few, _few.Length == 0 ? FewMax / 4 : _few.Length * 2);
        }

        _few[_fewCount++] = value;
    }

    /// <summary>From single values to buckets.</summary>
    private void Spread()
    {
        if (_fewCount < 0)
        {
            return;
        }

        int few = _fewCount;
        (_fewCount, _counts, _spare) = (-1, _spare, []);
        for (int i = 0; i < few; i++)
        {
            Bucket(IndexOf(_few[i]))++;
        }
    }

    private ref long Bucket(int index)
    {
        if ((uint)index >= (uint)_counts.Length)
        {
            Array.Resize(ref _counts, (index / BucketsPerStep + 1) * BucketsPerStep);
        }

        return ref _counts[index];
    }

    /// <summary>The value at rank ⌈q·n⌉ of the sorted input, within <see cref="RelativeError"/>. 0 of nothing.</summary>
    public double Quantile(double q)
    {
        Spread();
        long count = Count;
        long rank = Math.Clamp((long)Math.Ceiling(q * count), 1, Math.Max(count, 1));
        long seen = 0;
        for (int i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= rank)
            {
                (long low, long high) = RangeOf(i);
                return Math.Clamp((low + high) / 2.0, Min, Max);
            }
        }

        return 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int IndexOf(uint value)
    {
        int shift = Math.Max(0, 31 - OctaveBits - BitOperations.LeadingZeroCount(value));
        return (shift << OctaveBits) + (int)(value >> shift);
    }

    private static (long Low, long High) RangeOf(int index)
    {
        int shift = Math.Max(0, (index >> OctaveBits) - 1);
        long low = (long)(index - (shift << OctaveBits)) << shift;
        return (low, low + (1L << shift) - 1);
    }
}
