namespace Why502.Logs.Gzip;

/// <summary>
/// Data packed by DEFLATE (RFC 1951), unpacked into a window that keeps what later matches may refer to. The window slides when all of it has been taken.
/// </summary>
internal sealed partial class Inflater(PackedInput input)
{
    /// <summary>RFC 1951, 2: how far back a match may refer.</summary>
    private const int HistoryBytes = 32 * 1024;

    /// <summary>What is unpacked before somebody has to take it.</summary>
    private const int RoomBytes = 128 * 1024;

    /// <summary>The last step before the window is full may begin just before its end: a few literals, the longest match, and what a copy writes behind its end.</summary>
    private const int SpareBytes = 512;

    private const int StoredHeaderBytes = 4;

    private enum Place
    {
        BlockHeader,
        StoredHeader,
        Stored,
        Codes,
        Coded,
        End,
    }

    private readonly byte[] window = new byte[HistoryBytes + RoomBytes + SpareBytes];
    private readonly BlockCodes codes = new();
    private Place place;
    private bool isLast;
    private bool isFixed;
    private int storedLeft;

    /// <summary>Where the oldest byte stands that a match may refer to.</summary>
    private int history;

    private int taken;
    private int filled;

    /// <summary>What was unpacked and not taken yet.</summary>
    public ReadOnlySpan<byte> Ready => window.AsSpan(taken, filled - taken);

    public void Take(int count) => taken += count;

    /// <summary>New data, that refers to nothing before.</summary>
    public void Begin() => (place, history) = (Place.BlockHeader, filled);

    /// <summary>Unpacks as much as there are packed bytes and room for.</summary>
    /// <returns><see cref="Pause.None"/> at the data's end; the input's next bits are those behind it.</returns>
    public Pause Run()
    {
        Slide();
        var pause = Pause.None;
        while (pause == Pause.None && place != Place.End)
        {
            pause = place switch
            {
                Place.BlockHeader => ReadBlockHeader(),
                Place.StoredHeader => ReadStoredHeader(),
                Place.Stored => CopyStored(),
                Place.Codes => ReadCodes(),
                _ => RunCoded(),
            };
        }

        input.Unread();
        return pause;
    }

    private void Slide()
    {
        if (taken < filled || filled < HistoryBytes + RoomBytes)
        {
            return;
        }

        window.AsSpan(filled - HistoryBytes, HistoryBytes).CopyTo(window);
        history = Math.Max(0, history - (filled - HistoryBytes));
        (taken, filled) = (HistoryBytes, HistoryBytes);
    }

    private Pause ReadBlockHeader()
    {
        if (isLast && place == Place.BlockHeader)
        {
            (isLast, place) = (false, Place.End);
            return Pause.None;
        }

        if (!input.TryTake(3, out var header))
        {
            return Pause.NeedsInput;
        }

        isLast = (header & 1) != 0;
        switch (header >> 1)
        {
            case 0:
                input.Align();
                place = Place.StoredHeader;
                return Pause.None;
            case 1 or 2:
                isFixed = header >> 1 == 1;
                place = Place.Codes;
                return Pause.None;
            default:
                return Pause.Damaged;
        }
    }

    private Pause ReadStoredHeader()
    {
        var bytes = input.Bytes;
        if (bytes.Length < StoredHeaderBytes)
        {
            return Pause.NeedsInput;
        }

        storedLeft = PackedInput.Word(bytes);
        if (storedLeft != (ushort)~PackedInput.Word(bytes[2..]))
        {
            return Pause.Damaged;
        }

        input.At += StoredHeaderBytes;
        place = Place.Stored;
        return Pause.None;
    }

    private Pause CopyStored()
    {
        var count = Math.Min(storedLeft, Math.Min(input.Bytes.Length, HistoryBytes + RoomBytes - filled));
        count = Math.Max(count, 0);
        input.Bytes[..count].CopyTo(window.AsSpan(filled));
        input.At += count;
        filled += count;
        storedLeft -= count;
        if (storedLeft == 0)
        {
            place = Place.BlockHeader;
            return Pause.None;
        }

        return input.Bytes.IsEmpty ? Pause.NeedsInput : Pause.IsFull;
    }

    private Pause ReadCodes()
    {
        if (isFixed)
        {
            codes.SetFixed();
        }
        else if (codes.ReadDynamic(input) is var pause and not Pause.None)
        {
            return pause;
        }

        place = Place.Coded;
        return Pause.None;
    }
}
