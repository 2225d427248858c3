using System.Buffers.Binary;

namespace Why502.Logs.Gzip;

/// <summary>
/// The text of a gzipped log (RFC 1952), of all its members one after the other. Reads forward only, in bounded memory. What comes before a tear or a damage is given out first; what stands behind
/// the last member and begins none is left alone, as gzip does. An empty file is an empty log.
/// </summary>
/// <param name="packed">Read to its end, or to the end of the last member, and closed with this stream.</param>
public sealed class GzipReader(Stream packed) : ForwardStream
{
    private const int TrailerBytes = 8;

    private enum Place
    {
        Between,
        Header,
        Data,
        Trailer,
        End,
    }

    private readonly PackedInput input = new(packed);
    private readonly GzipHeader header = new();
    private Inflater? inflater;
    private Place place;
    private string? damage;
    private uint crc;
    private uint length;

    /// <summary>Whether a file that begins like this is gzipped.</summary>
    public static bool IsGzip(ReadOnlySpan<byte> start) => start is [0x1f, 0x8b, ..];

    /// <exception cref="InvalidDataException">The archive is torn or damaged here; all that is good has been read.</exception>
    public override int Read(Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            if (inflater is { Ready: { IsEmpty: false } ready })
            {
                int count = Math.Min(ready.Length, buffer.Length);
                ready[..count].CopyTo(buffer);
                inflater.Take(count);
                return count;
            }

            if (damage is not null)
            {
                throw new InvalidDataException(damage);
            }

            if (place == Place.End)
            {
                break;
            }

            Advance();
        }

        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            packed.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>Goes on until something was unpacked, or nothing more will be.</summary>
    private void Advance()
    {
        Pause pause = place switch
        {
            Place.Between => BeginMember(),
            Place.Header => header.Pass(input),
            Place.Data => Unpack(),
            _ => CheckTrailer(),
        };
        switch (pause)
        {
            case Pause.None when place != Place.End:
                place = place == Place.Trailer ? Place.Between : place + 1;
                break;
            case Pause.NeedsInput when inflater is null or { Ready.IsEmpty: true } && !input.Fill():
                damage = "the archive is torn: it ends in the middle of its data.";
                break;
            case Pause.Damaged:
                damage ??= "the archive is damaged here, or it is no gzip archive.";
                break;
        }
    }

    private Pause BeginMember()
    {
        while ((input.Bytes.IsEmpty || input.Bytes is [0x1f]) && input.Fill())
        {
            // Two bytes tell a member from what may stand behind the last one.
        }

        if (inflater is not null && !GzipHeader.IsStart(input.Bytes) || input.Bytes.IsEmpty)
        {
            place = Place.End;
            return Pause.None;
        }

        inflater ??= new Inflater(input);
        inflater.Begin();
        header.Begin();
        (crc, length) = (0, 0);
        return Pause.None;
    }

    private Pause Unpack()
    {
        Pause pause = inflater!.Run();
        crc = Crc32.Append(crc, inflater.Ready);
        length += (uint)inflater.Ready.Length;
        return pause;
    }

    private Pause CheckTrailer()
    {
        input.Align();
        ReadOnlySpan<byte> bytes = input.Bytes;
        if (bytes.Length < TrailerBytes)
        {
            return Pause.NeedsInput;
        }

        input.At += TrailerBytes;
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes) == crc && BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) == length)
        {
            return Pause.None;
        }

        damage = "the archive is damaged: its checksum is of other data.";
        return Pause.Damaged;
    }
}
