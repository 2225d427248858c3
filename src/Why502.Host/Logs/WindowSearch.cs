namespace Why502.Host.Logs;

/// <summary>Finds by time where a window begins inside a log, in a handful of reads.</summary>
internal sealed class WindowSearch(LogBytes bytes, PlaceOf placeOf)
{
    private const int BlockBytes = 64 * 1024;

    private readonly byte[] block = new byte[BlockBytes];

    /// <param name="Offset">Start of a line.</param>
    /// <param name="SawBefore">An earlier line precedes the window in this file, so no rotated file reaches into it.</param>
    public readonly record struct Start(long Offset, bool SawBefore);

    /// <summary>First line of the window within [low, end); a part without any time stamp belongs to what precedes it.</summary>
    /// <param name="stepBytesMax">How far one step may look for a stamp before it takes the place as older.</param>
    public Start Find(long low, long end, long stepBytesMax = long.MaxValue)
    {
        var sawBefore = false;
        var high = end;
        while (high - low > BlockBytes)
        {
            var middle = low + ((high - low) / 2);
            var (offset, place) = FirstDated(middle, Math.Min(high, stepBytesMax < high - middle ? middle + stepBytesMax : high));
            switch (place)
            {
                case LinePlace.Before:
                    sawBefore = true;
                    low = offset;
                    break;
                case LinePlace.Undated when stepBytesMax < high - middle:
                    low = middle;
                    break;
                default:
                    high = middle;
                    break;
            }
        }

        return Scan(low, end, sawBefore);
    }

    /// <summary>First line at or behind an offset that carries a stamp.</summary>
    public (long Offset, LinePlace Place) FirstDated(long from, long end)
    {
        var found = (Offset: end, Place: LinePlace.Undated);
        Walk(from, end, (offset, line) =>
        {
            found = (offset, placeOf(line));
            return found.Place == LinePlace.Undated;
        });
        return found.Place == LinePlace.Undated ? (end, LinePlace.Undated) : found;
    }

    /// <summary>The first line that begins at or behind an offset.</summary>
    public long NextLine(long from, long end)
    {
        var start = end;
        Walk(from, end, (offset, _) =>
        {
            start = offset;
            return false;
        });
        return start;
    }

    private Start Scan(long low, long end, bool sawBefore)
    {
        var start = end;
        var sawWithin = false;
        var first = -1L;
        Walk(low, end, (offset, line) =>
        {
            first = first < 0 ? offset : first;
            var place = placeOf(line);
            sawBefore |= place == LinePlace.Before;
            sawWithin = place == LinePlace.Within;
            start = sawWithin ? offset : start;
            return !sawWithin;
        });

        // Lines without a stamp that precede everything dated are taken as current.
        return sawBefore ? new(start, true) : new(first < 0 ? end : first, false);
    }

    /// <summary>Hands over line after line until told to stop. Of a line longer than the block only the head is shown.</summary>
    private void Walk(long from, long end, Func<long, ReadOnlySpan<byte>, bool> onLine)
    {
        var position = Math.Min(bytes.NextData(from), end);
        var inLine = position > 0 && !FollowsLineEnd(position);
        while (position < end)
        {
            var count = bytes.Read(position, block.AsSpan(0, (int)Math.Min(BlockBytes, end - position)));
            if (count == 0)
            {
                return;
            }

            var used = Lines(block.AsSpan(0, count), position, position + count >= end, ref inLine, onLine, out var goOn);
            if (!goOn)
            {
                return;
            }

            position = Math.Min(bytes.NextData(position + used), end);
        }
    }

    private static int Lines(ReadOnlySpan<byte> read, long position, bool isLast, ref bool inLine, Func<long, ReadOnlySpan<byte>, bool> onLine, out bool goOn)
    {
        goOn = true;
        var at = 0;
        if (inLine)
        {
            var feed = read.IndexOf((byte)'\n');
            if (feed < 0)
            {
                return read.Length;
            }

            inLine = false;
            at = feed + 1;
        }

        while (at < read.Length)
        {
            var length = read[at..].IndexOf((byte)'\n');
            if (length < 0 && at > 0 && !isLast)
            {
                return at;
            }

            inLine = length < 0;
            length = length < 0 ? read.Length - at : length;
            var line = read.Slice(at, length).TrimStart((byte)0);
            if (!line.IsEmpty && !onLine(position + at + length - line.Length, line))
            {
                goOn = false;
                return read.Length;
            }

            at += inLine ? length : length + 1;
        }

        return read.Length;
    }

    /// <summary>A line begins behind a line feed, and behind the zeros that a truncation leaves before a writer without O_APPEND.</summary>
    private bool FollowsLineEnd(long position)
    {
        Span<byte> one = stackalloc byte[1];
        return bytes.Read(position - 1, one) == 1 && one[0] is (byte)'\n' or 0;
    }
}
