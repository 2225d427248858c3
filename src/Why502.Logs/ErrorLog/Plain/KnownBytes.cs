using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Why502.Logs;

/// <summary>
/// Gives equal texts equal numbers and different ones different numbers, in bounded memory. The bytes are compared: the hash only says where to look. What was
/// forgotten gets a new number when it comes again; no number is ever given to a second text.
/// </summary>
internal sealed class KnownBytes(int slotBits)
{
    /// <summary>What <see cref="Find"/> answers for a text that has no number.</summary>
    public const int Unknown = -1;

    /// <summary>Neighbouring places that a text may be kept in, so that those that are in each other's way can all stay.</summary>
    private const int Probes = 8;

    private const int HeadLength = 32;

    private readonly CacheLines<Entry> entries = new(1 << slotBits);

    /// <summary>Texts longer than a head.</summary>
    private readonly byte[]?[] texts = new byte[]?[1 << slotBits];

    /// <summary>For each place the newcomer that was sent away last: when it comes again, it stays.</summary>
    private readonly ulong[] waiting = new ulong[1 << slotBits];

    private readonly int shift = 64 - slotBits;
    private int lastNumber;

    private struct Entry
    {
        /// <summary>The first bytes, with zeros behind a shorter text.</summary>
        public Vector256<byte> Head;
        public ulong Hash;

        /// <summary>What its owner remembers with the text.</summary>
        public ulong Value;
        public int Length;
        public int Kind;

        /// <summary>0 when the place is free.</summary>
        public int Number;
    }

    /// <summary>The number of the text, or <see cref="Unknown"/>.</summary>
    /// <param name="kind">Texts of different kinds are different.</param>
    /// <param name="value">What was given to <see cref="Add"/> with the text.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(ref byte block, nint at, int length, int kind, out ulong value)
    {
        var hash = Bytes.Hash(ref block, at, length, (ulong)kind);
        var place = (nint)(hash >> shift);
        ref var entry = ref entries[place];
        if (entry.Hash != hash || entry.Length != length || entry.Kind != kind || !IsAt(place, in entry, ref block, at))
        {
            return FindElsewhere(place, hash, ref block, at, length, kind, out value);
        }

        value = entry.Value;
        return entry.Number;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int FindElsewhere(nint place, ulong hash, ref byte block, nint at, int length, int kind, out ulong value)
    {
        for (var probe = 0; probe < Probes; probe++)
        {
            var next = (place + probe) & (entries.Length - 1);
            ref var entry = ref entries[next];
            if (entry.Number == 0)
            {
                break;
            }

            if (entry.Hash == hash && entry.Length == length && entry.Kind == kind && IsAt(next, in entry, ref block, at))
            {
                value = entry.Value;
                return entry.Number;
            }
        }

        value = 0;
        return Unknown;
    }

    /// <summary>The entry, whose length is the text's, holds the text.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsAt(nint place, in Entry entry, ref byte block, nint at)
    {
        var equal = Vector256.Equals(Bytes.Load(ref block, at), entry.Head).ExtractMostSignificantBits();
        if (entry.Length <= HeadLength)
        {
            return entry.Number != 0 && (equal | (uint)(ulong.MaxValue << entry.Length)) == uint.MaxValue;
        }

        return equal == uint.MaxValue
            && Bytes.AreEqual(ref block, at, ref MemoryMarshal.GetArrayDataReference(Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(texts), place)!), entry.Length);
    }

    /// <summary>Whether the text may be added: a text that comes once takes nobody's place.</summary>
    public bool Admits(ref byte block, nint at, int length, int kind)
    {
        var hash = Bytes.Hash(ref block, at, length, (ulong)kind);
        var place = PlaceFor(hash);
        if (entries[place].Number == 0 || waiting[place] == hash)
        {
            return true;
        }

        waiting[place] = hash;
        return false;
    }

    /// <summary>Gives a number to a text that has none.</summary>
    public int Add(ref byte block, nint at, int length, int kind, ulong value)
    {
        var hash = Bytes.Hash(ref block, at, length, (ulong)kind);
        var place = PlaceFor(hash);
        var text = Bytes.Span(ref block, at, length);
        Span<byte> head = stackalloc byte[HeadLength];
        head.Clear();
        text[..Math.Min(length, HeadLength)].CopyTo(head);
        texts[place] = length > HeadLength ? text.ToArray() : null;
        entries[place] = new Entry { Head = Vector256.Create<byte>(head), Hash = hash, Value = value, Length = length, Kind = kind, Number = ++lastNumber };
        return lastNumber;
    }

    /// <summary>The first free place, or one that is given to who comes again.</summary>
    private nint PlaceFor(ulong hash)
    {
        for (var probe = 0; probe < Probes; probe++)
        {
            var place = ((nint)(hash >> shift) + probe) & (entries.Length - 1);
            if (entries[place].Number == 0)
            {
                return place;
            }
        }

        return ((nint)(hash >> shift) + (nint)(hash & (Probes - 1))) & (entries.Length - 1);
    }
}
