using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Why502.Logs;

/// <summary>
/// Gives equal texts equal numbers and different ones different numbers, in bounded memory. The bytes are compared: the hash only says where to look. What was
/// forgotten gets a new number when it comes again; no number is ever given to a second text.
/// </summary>
/// <param name="nearMax">Texts of at most so many bytes are kept beside each other, longer ones elsewhere. A multiple of a vector.</param>
internal sealed class KnownBytes(int slotBits, int nearMax)
{
    /// <summary>What <see cref="Find"/> answers for a text that is not known.</summary>
    public const int Unknown = -1;

    /// <summary>Neighbouring places that a text may be kept in, so that those that are in each other's way can all stay.</summary>
    private const int Probes = 8;

    private const int VectorLength = 32;

    /// <summary>The last place is that of no text at all.</summary>
    private readonly Entry[] entries = new Entry[(1 << slotBits) + 1];
    private readonly byte[] near = new byte[((1 << slotBits) + 1) * nearMax];
    private readonly byte[]?[] far = new byte[]?[(1 << slotBits) + 1];

    /// <summary>For each place the newcomer that was sent away last: when it comes again, it stays.</summary>
    private readonly ulong[] waiting = new ulong[1 << slotBits];

    private readonly int shift = 64 - slotBits;
    private readonly int mask = (1 << slotBits) - 1;
    private int lastNumber;

    private struct Entry
    {
        public ulong Hash;

        /// <summary>What its owner remembers with the text.</summary>
        public ulong Value;
        public int Length;

        /// <summary>0 when the place is free.</summary>
        public int Number;
    }

    /// <summary>The place of an absent text.</summary>
    public int Nowhere => 1 << slotBits;

    public int NumberAt(int place) => entries[place].Number;

    public ulong ValueAt(int place) => entries[place].Value;

    /// <summary>The place of the text, or <see cref="Unknown"/>. It holds the text until another one is added.</summary>
    public int Find(ref byte block, nint at, int length)
    {
        var hash = Bytes.Hash(ref block, at, length);
        for (var probe = 0; probe < Probes; probe++)
        {
            var place = ((int)(hash >> shift) + probe) & mask;
            if (entries[place].Number == 0)
            {
                break;
            }

            if (entries[place].Hash == hash && Is(place, ref block, at, length))
            {
                return place;
            }
        }

        return Unknown;
    }

    /// <summary>The place, which came from here, holds this text.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Is(nint place, ref byte block, nint at, int length)
    {
        if (Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(entries), place).Length != length)
        {
            return false;
        }

        ref var text = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(near), place * nearMax);
        if (length <= VectorLength)
        {
            var equal = Vector256.Equals(Bytes.Load(ref block, at), Bytes.Load(ref text, 0)).ExtractMostSignificantBits();
            return (equal | (uint)(ulong.MaxValue << length)) == uint.MaxValue;
        }

        return length <= nearMax
            ? (Bytes.Load(ref block, at) == Bytes.Load(ref text, 0)) & Bytes.AreEqual(ref block, at, ref text, length)
            : IsFar(place, ref block, at, length);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool IsFar(nint place, ref byte block, nint at, int length) => Bytes.Span(ref block, at, length).SequenceEqual(far[place]);

    /// <summary>Whether the text may be added: a text that comes once takes nobody's place.</summary>
    public bool Admits(ref byte block, nint at, int length)
    {
        var hash = Bytes.Hash(ref block, at, length);
        var place = PlaceFor(hash);
        if (entries[place].Number == 0 || waiting[place] == hash)
        {
            return true;
        }

        waiting[place] = hash;
        return false;
    }

    /// <summary>Gives a number to a text that has none, and answers its place.</summary>
    public int Add(ref byte block, nint at, int length, ulong value)
    {
        var hash = Bytes.Hash(ref block, at, length);
        var place = PlaceFor(hash);
        var text = Bytes.Span(ref block, at, length);
        far[place] = length > nearMax ? text.ToArray() : null;
        text[..Math.Min(length, nearMax)].CopyTo(near.AsSpan(place * nearMax));
        entries[place] = new Entry { Hash = hash, Value = value, Length = length, Number = ++lastNumber };
        return place;
    }

    /// <summary>The first free place, or one that is given to who comes again.</summary>
    private int PlaceFor(ulong hash)
    {
        for (var probe = 0; probe < Probes; probe++)
        {
            var place = ((int)(hash >> shift) + probe) & mask;
            if (entries[place].Number == 0)
            {
                return place;
            }
        }

        return ((int)(hash >> shift) + (int)(hash & (Probes - 1))) & mask;
    }
}
