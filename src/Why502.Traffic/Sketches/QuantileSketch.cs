using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

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

    /// <summary>So many values are kept as they are, as long as they are short: most routes are rare in a stretch of a log, and buckets for each would be too much.</summary>
    private const int FewMax = 128;
    private const int FewMin = 8;

    private ushort[] _few = [];

    /// <summary>Values in <see cref="_few"/>, or -1 when there are buckets.</summary>
    private int _fewCount;

    /// <summary>
    /// The low halves of the counts; empty while there are few values. A thousand routes have a sketch each: so small, those of a busy log stay in the nearer caches.
    /// </summary>
    private ushort[] _counts = [];

    /// <summary>Which of <see cref="_counts"/> went around, and how often, in no order: even of a long log few do, so there is no room for all of them.</summary>
    private (int Index, long Times)[] _rounds = [];
    private int _roundCount;

    /// <summary>What <see cref="Pack"/> has made of the counts; null while they are counted in.</summary>
    private byte[]? _packed;

    /// <summary>Rows that make a count go around once.</summary>
    private const int RoundBits = 16;
    private const int RoundsMin = 4;

    public const double RelativeError = 1.0 / 128;

    /// <summary>What is added many at a time is no larger than this, and neither is the sum of what one lane of a vector adds.</summary>
    public const int RunValueMax = (1 << 14) - 1;

    public long Count
    {
        get
        {
            Unpack();
            long count = Math.Max(_fewCount, 0);
            for (int i = 0; i < _counts.Length; i++)
            {
                count += CountAt(i);
            }

            return count;
        }
    }

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
        ushort[] counts = _counts;
        if ((uint)index < (uint)counts.Length)
        {
            if (++counts[index] == 0)
            {
                AddRound(index, 1);
            }
        }
        else
        {
            AddRarely(value, index);
        }
    }

    /// <summary>Adds values; those below zero are none.</summary>
    /// <param name="values">None is above <see cref="RunValueMax"/>, and there are fewer than 2^16.</param>
    public unsafe void Add(int* values, int count)
    {
        if (_fewCount >= 0 && _fewCount + count <= FewMax)
        {
            AddFew(values, count);
            return;
        }

        int i = 0;
        Vector256<int> sum = Vector256<int>.Zero;
        Vector256<int> min = Vector256.Create(int.MaxValue);
        Vector256<int> max = Vector256<int>.Zero;
        int* indexes = stackalloc int[Vector256<int>.Count];
        ref ushort counts = ref MemoryMarshal.GetArrayDataReference(_counts);
        Vector256<int> room = Vector256.Create(_counts.Length);
        for (; i + Vector256<int>.Count <= count; i += Vector256<int>.Count)
        {
            Vector256<int> some = Vector256.Load(values + i);
            Vector256<int> index = IndexesOf(some);
            if (!Vector256.LessThanAll(index, room))
            {
                break;
            }

            // What is none is 0 in the sum, and the largest number where the smallest is looked for.
            sum += Vector256.Max(some, Vector256<int>.Zero);
            min = Vector256.Min(min, (some | (some >> 31)) & Vector256.Create(int.MaxValue));
            max = Vector256.Max(max, some);
            index.Store(indexes);
            for (int lane = 0; lane < Vector256<int>.Count; lane++)
            {
                if (indexes[lane] >= 0 && ++Unsafe.Add(ref counts, indexes[lane]) == 0)
                {
                    AddRound(indexes[lane], 1);
                }
            }
        }

        if (i > 0)
        {
            Sum += Vector256.Sum(sum);
            for (int lane = 0; lane < Vector256<int>.Count; lane++)
            {
                Min = min[lane] == int.MaxValue ? Min : Math.Min(Min, (uint)min[lane]);
                Max = Math.Max(Max, (uint)max[lane]);
            }
        }

        for (; i < count; i++)
        {
            if (values[i] >= 0)
            {
                Add((uint)values[i]);
            }
        }
    }

    public void Merge(QuantileSketch other)
    {
        other.Unpack();
        if (other._fewCount >= 0)
        {
            foreach (ushort value in other._few.AsSpan(0, other._fewCount))
            {
                Add(value);
            }

            return;
        }

        Spread();
        Reach(other._counts.Length - 1);
        AddAll(other._counts);
        foreach ((int index, long times) in other._rounds.AsSpan(0, other._roundCount))
        {
            AddRound(index, times);
        }

        Sum += other.Sum;
        Min = Math.Min(Min, other.Min);
        Max = Math.Max(Max, other.Max);
    }

    public void Clear()
    {
        DropCounts();
        (Sum, Min, Max, _fewCount, _packed) = (0, uint.MaxValue, 0, 0, null);
    }

    private void DropCounts()
    {
        BucketRoom.Return(_counts);
        (_counts, _roundCount) = ([], 0);
    }

    /// <summary>Keeps the counts in as little room as they need, until something is asked of them or added.</summary>
    public void Pack()
    {
        if (_fewCount < 0 && _packed is null)
        {
            _packed = PackedCounts.Of(_counts.Length, CountAt);
            DropCounts();
        }
    }

    private void Unpack()
    {
        if (_packed is { } packed)
        {
            _packed = null;
            PackedCounts.Read(packed, (index, count) =>
            {
                Reach(index);
                _counts[index] = (ushort)count;
                if (count >> RoundBits != 0)
                {
                    AddRound(index, count >> RoundBits);
                }
            });
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AddRarely(uint value, int index)
    {
        if (_fewCount < 0 || _fewCount == FewMax || value > ushort.MaxValue)
        {
            Spread();
            AddTo(index);
            return;
        }

        HoldFew(1);
        _few[_fewCount++] = (ushort)value;
    }

    private unsafe void AddFew(int* values, int count)
    {
        HoldFew(count);
        ushort[] few = _few;
        int at = _fewCount;
        for (int i = 0; i < count; i++)
        {
            if (values[i] >= 0)
            {
                uint value = (uint)values[i];
                few[at++] = (ushort)value;
                Sum += value;
                Min = Math.Min(Min, value);
                Max = Math.Max(Max, value);
            }
        }

        _fewCount = at;
    }

    /// <summary>Makes room for so many values more.</summary>
    private void HoldFew(int count)
    {
        if (_fewCount + count > _few.Length)
        {
            Array.Resize(ref _few, (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(_fewCount + count, FewMin)));
        }
    }

    /// <summary>From single values, or from what is packed, to buckets.</summary>
    private void Spread()
    {
        Unpack();
        if (_fewCount < 0)
        {
            return;
        }

        ReadOnlySpan<ushort> few = _few.AsSpan(0, _fewCount);
        (_few, _fewCount) = ([], -1);
        foreach (ushort value in few)
        {
            AddTo(IndexOf(value));
        }
    }

    private void AddTo(int index)
    {
        Reach(index);
        if (++_counts[index] == 0)
        {
            AddRound(index, 1);
        }
    }

    /// <summary>Makes room for a bucket.</summary>
    private void Reach(int index)
    {
        if (index >= _counts.Length)
        {
            _counts = BucketRoom.Grow(_counts, index);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AddRound(int index, long times)
    {
        foreach (ref (int Index, long Times) round in _rounds.AsSpan(0, _roundCount))
        {
            if (round.Index == index)
            {
                round.Times += times;
                return;
            }
        }

        if (_roundCount == _rounds.Length)
        {
            Array.Resize(ref _rounds, Math.Max(RoundsMin, _roundCount * 2));
        }

        _rounds[_roundCount++] = (index, times);
    }

    /// <summary>Adds counts, of which there are whole vectors and no more than here.</summary>
    private void AddAll(ushort[] counts)
    {
        ref ushort to = ref MemoryMarshal.GetArrayDataReference(_counts);
        ref ushort from = ref MemoryMarshal.GetArrayDataReference(counts);
        for (int i = 0; i < counts.Length; i += Vector256<ushort>.Count)
        {
            Vector256<ushort> before = Vector256.LoadUnsafe(ref to, (nuint)i);
            Vector256<ushort> sum = before + Vector256.LoadUnsafe(ref from, (nuint)i);
            sum.StoreUnsafe(ref to, (nuint)i);
            for (uint around = Vector256.LessThan(sum, before).ExtractMostSignificantBits(); around != 0; around &= around - 1)
            {
                AddRound(i + BitOperations.TrailingZeroCount(around), 1);
            }
        }
    }

    private long CountAt(int index)
    {
        long count = _counts[index];
        foreach ((int at, long times) in _rounds.AsSpan(0, _roundCount))
        {
            count += at == index ? times << RoundBits : 0;
        }

        return count;
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
            seen += CountAt(i);
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

    /// <summary>As <see cref="IndexOf"/>, for values up to <see cref="RunValueMax"/>: the leading bits stand where a floating point number has its exponent and the beginning of its fraction.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> IndexesOf(Vector256<int> values)
    {
        Vector256<int> leading = (Vector256.ConvertToSingle(values).AsInt32() >>> (FractionBits - OctaveBits)) - Vector256.Create((ExponentBias + OctaveBits - 1) << OctaveBits);
        return Vector256.ConditionalSelect(Vector256.LessThan(values, Vector256.Create(BucketsPerOctave)), values, leading);
    }

    private const int FractionBits = 23;
    private const int ExponentBias = 127;

    private static (long Low, long High) RangeOf(int index)
    {
        int shift = Math.Max(0, (index >> OctaveBits) - 1);
        long low = (long)(index - (shift << OctaveBits)) << shift;
        return (low, low + (1L << shift) - 1);
    }
}
