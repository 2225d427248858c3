using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Why502.Logs;

/// <summary>
/// Gives equal texts equal numbers and different ones different numbers, in bounded memory. The bytes are compared: the hash only says where to look. What was
/// forgotten gets a new number when it comes again; no number is ever given to a second text.
/// </summary>
/// <param name="nearMax">Texts of at most so many bytes are kept beside each other, with their number and length in front; longer ones elsewhere. A multiple of a vector.</param>
internal sealed class KnownBytes(int slotBits, int nearMax)
{
    /// <summary>What <see cref="Find"/> answers for a text that is not known.</summary>
    public const int Unknown = -1;

    /// <summary>Neighbouring places that a text may be kept in, so that those that are in each other's way can all stay.</summary>
    private const int Probes = 8;

    private const int VectorLength = 32;
    private const int HeadLength = sizeof(ulong);

    /// <summary>The first place is that of no text at all, which has the number 0.</summary>
    private readonly Entry[] entries = new Entry[(1 << slotBits) + 1];
    private byte[] near = new byte[SlotsMin * (HeadLength + nearMax)];
    private byte[]?[] far = new byte[]?[SlotsMin];
    private const int SlotsMin = 64;

    /// <summary>For each place the newcomer that was sent away last: when it comes again, it stays.</summary>
    private readonly ulong[] waiting = new ulong[(1 << slotBits) + 1];

    private readonly int shift = 64 - slotBits;
    private readonly int mask = (1 << slotBits) - 1;

    /// <summary>
    /// A number says in its lower bits which slot holds the text, and in the others how many texts that has held. Slots are used one behind the other, so that a
    /// few texts lie near each other.
    /// </summary>
    private readonly int slotMask = (2 << slotBits) - 1;
    private readonly int nextText = 2 << slotBits;

    /// <summary>Slots in use; the first one holds no text.</summary>
    private int slots = 1;

    private struct Entry
    {
        public ulong Hash;

        /// <summary>What its owner remembers with the text.</summary>
        public ulong Value;

        /// <summary>0 when the place is free.</summary>
        public int Number;
    }

    /// <summary>The place of an absent text.</summary>
    public const int Nowhere = 0;

    public int NumberAt(int place) => entries[place].Number;

    public ulong ValueAt(int place) => entries[place].Value;

    /// <summary>The place of the text, or <see cref="Unknown"/>. It holds the text until another one is added.</summary>
    public int Find(ref byte block, nint at, int length)
    {
        var hash = Bytes.Hash(ref block, at, length);
        for (var probe = 0; probe < Probes; probe++)
        {
            var place = PlaceAt(hash, probe);
            if (entries[place].Number == 0)
            {
                break;
            }

            if (entries[place].Hash == hash && Is(entries[place].Number, ref block, at, length))
            {
                return place;
            }
        }

        return Unknown;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref byte SlotAt(nint slot) => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(near), slot * (HeadLength + nearMax));

    internal static ulong HeadOf(int number, int length) => ((ulong)(uint)number << 32) | (uint)length;

    /// <summary>The text that got this number is this one, and its slot still holds it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Is(int number, ref byte block, nint at, int length)
    {
        ref var slot = ref SlotAt(number & slotMask);
        if (Unsafe.ReadUnaligned<ulong>(ref slot) != HeadOf(number, length))
        {
            return false;
        }

        ref var text = ref Unsafe.Add(ref slot, HeadLength);
        if (length <= VectorLength)
        {
            var equal = Vector256.Equals(Bytes.Load(ref block, at), Bytes.Load(ref text, 0)).ExtractMostSignificantBits();
            return (equal | (uint)(ulong.MaxValue << length)) == uint.MaxValue;
        }

        return length <= nearMax
            ? (Bytes.Load(ref block, at) == Bytes.Load(ref text, 0)) & Bytes.AreEqual(ref block, at, ref text, length)
            : IsFar(number & slotMask, ref block, at, length);
    }

    /// <summary>What <see cref="Difference"/> needs to know of the text that has this number.</summary>
    public KnownText TextOf(int number, int length) => new((number & slotMask) * (HeadLength + nearMax), number, length);

    /// <summary>Where the texts lie that <see cref="Difference"/> looks at, until another one is added.</summary>
    public ref byte Texts => ref MemoryMarshal.GetArrayDataReference(near);

    /// <summary>
    /// Zeros when this is the known text, which has the same length and is no longer than <paramref name="vectors"/> times 32 bytes nor than what lies near. Nothing is decided here, so that a caller
    /// asks once about several texts.
    /// </summary>
    /// <param name="head">Not zero when there is another text by now.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Difference(ref byte texts, in KnownText known, ref byte block, nint at, nint length, int vectors, ref ulong head)
    {
        ref var slot = ref Unsafe.Add(ref texts, known.Place);
        ref var text = ref Unsafe.Add(ref slot, HeadLength);
        ref var mask = ref Unsafe.Subtract(ref Unsafe.Add(ref MemoryMarshal.GetReference(FirstBytes), NearMax), length);
        head |= Unsafe.ReadUnaligned<ulong>(ref slot) ^ known.Head;
        var difference = (Bytes.Load(ref block, at) ^ Bytes.Load(ref text, 0)) & Bytes.Load(ref mask, 0);
        if (vectors > 1)
        {
            difference |= (Bytes.Load(ref block, at + 32) ^ Bytes.Load(ref text, 32)) & Bytes.Load(ref mask, 32);
        }

        if (vectors > 2)
        {
            difference |= (Bytes.Load(ref block, at + 64) ^ Bytes.Load(ref text, 64)) & Bytes.Load(ref mask, 64);
            difference |= (Bytes.Load(ref block, at + 96) ^ Bytes.Load(ref text, 96)) & Bytes.Load(ref mask, 96);
        }

        return difference;
    }

    /// <summary>No text that lies near is longer.</summary>
    private const int NearMax = 128;

    /// <summary>From place <see cref="NearMax"/> less a length on, a mask of so many bytes.</summary>
    private static ReadOnlySpan<byte> FirstBytes =>
    [
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ];

    /// <summary>The shape that got this number (<see cref="NumberShape"/>) is that of this text, and its slot still holds it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public bool IsShape(int number, ref byte block, nint at, int length)
    {
        ref var slot = ref SlotAt(number & slotMask);
        if (Unsafe.ReadUnaligned<ulong>(ref slot) != HeadOf(number, length))
        {
            return false;
        }

        ref var shape = ref length <= nearMax ? ref Unsafe.Add(ref slot, HeadLength) : ref MemoryMarshal.GetArrayDataReference(far[number & slotMask]!);
        var last = Math.Max(length - VectorLength, 0);
        var beyond = length < VectorLength ? uint.MaxValue << length : 0;
        for (var from = 0; ; from = Math.Min(from + VectorLength, last))
        {
            var (here, wanted) = (Bytes.Load(ref block, at + from), Bytes.Load(ref shape, from));
            var agrees = Vector256.ConditionalSelect(Vector256.Equals(wanted, Vector256.Create(NumberShape.AnyDigit)), Bytes.AreDigits(here), Vector256.Equals(here, wanted));
            if ((agrees.ExtractMostSignificantBits() | beyond) != uint.MaxValue)
            {
                return false;
            }

            if (from == last)
            {
                return true;
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool IsFar(int slot, ref byte block, nint at, int length) => Bytes.Span(ref block, at, length).SequenceEqual(far[slot]);

    /// <summary>Whether the text may be added: a text that comes once takes nobody's place.</summary>
    public bool Admits(ref byte block, nint at, int length)
    {
        var hash = Bytes.Hash(ref block, at, length);
        var place = PlaceFor(hash);
        if (entries[place].Number == 0 || (waiting[place] == hash && entries[place].Number <= int.MaxValue - nextText))
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
        var number = nextText + (entries[place].Number == 0 ? slots++ : entries[place].Number);
        var slot = number & slotMask;
        entries[place] = new Entry { Hash = hash, Value = value, Number = number };
        if (slot >= far.Length)
        {
            Array.Resize(ref near, near.Length * 2);
            Array.Resize(ref far, far.Length * 2);
        }

        far[slot] = length > nearMax ? text.ToArray() : null;
        Unsafe.WriteUnaligned(ref SlotAt(slot), HeadOf(number, length));
        text[..Math.Min(length, nearMax)].CopyTo(near.AsSpan((slot * (HeadLength + nearMax)) + HeadLength));
        return place;
    }

    private int PlaceAt(ulong hash, int probe) => 1 + (((int)(hash >> shift) + probe) & mask);

    /// <summary>The first free place, or one that is given to who comes again.</summary>
    private int PlaceFor(ulong hash)
    {
        for (var probe = 0; probe < Probes; probe++)
        {
            var place = PlaceAt(hash, probe);
            if (entries[place].Number == 0)
            {
                return place;
            }
        }

        return PlaceAt(hash, (int)(hash & (Probes - 1)));
    }
}

/// <summary>A text that has a number: where it lies near, and what stands in front of it there as long as it does.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal readonly struct KnownText(int place, int number, int length)
{
    public readonly ulong Head = KnownBytes.HeadOf(number, length);
    public readonly int Place = place;

    public int Number
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (int)(Head >> 32);
    }
}
