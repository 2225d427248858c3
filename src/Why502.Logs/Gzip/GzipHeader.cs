namespace Why502.Logs.Gzip;

/// <summary>What stands before the data of a member (RFC 1952, 2.3). It holds nothing that is needed here, and has to be passed, piece by piece as it comes.</summary>
internal sealed class GzipHeader
{
    private const int FixedBytes = 10;
    private const byte Deflate = 8;

    [Flags]
    private enum Flag : byte
    {
        HeaderCrc = 2,
        Extra = 4,
        Name = 8,
        Comment = 16,
        Reserved = 0xe0,
    }

    private enum Part
    {
        Fixed,
        ExtraLength,
        Extra,
        Name,
        Comment,
        HeaderCrc,
    }

    private Part part;
    private Flag flags;
    private int extraLeft;
    private uint crc;

    /// <summary>Whether these are the first bytes of a member, as far as there are any.</summary>
    public static bool IsStart(ReadOnlySpan<byte> bytes) => bytes.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b]) || bytes is [0x1f];

    public void Begin() => (part, crc) = (Part.Fixed, 0);

    /// <summary>Passes what is there of the header.</summary>
    public Pause Pass(PackedInput input)
    {
        while (true)
        {
            var bytes = input.Bytes;
            switch (part)
            {
                case Part.Fixed when bytes.Length < FixedBytes:
                    return bytes.IsEmpty || IsStart(bytes) ? Pause.NeedsInput : Pause.Damaged;
                case Part.Fixed when !IsStart(bytes) || bytes[2] != Deflate || ((Flag)bytes[3] & Flag.Reserved) != 0:
                    return Pause.Damaged;
                case Part.Fixed:
                    flags = (Flag)bytes[3];
                    Take(input, FixedBytes, Part.ExtraLength);
                    break;
                case Part.ExtraLength when !flags.HasFlag(Flag.Extra):
                    part = Part.Name;
                    break;
                case Part.ExtraLength when bytes.Length < 2:
                    return Pause.NeedsInput;
                case Part.ExtraLength:
                    extraLeft = PackedInput.Word(bytes);
                    Take(input, 2, Part.Extra);
                    break;
                case Part.Extra:
                    var count = Math.Min(extraLeft, bytes.Length);
                    extraLeft -= count;
                    Take(input, count, extraLeft == 0 ? Part.Name : Part.Extra);
                    if (extraLeft > 0)
                    {
                        return Pause.NeedsInput;
                    }

                    break;
                case Part.Name or Part.Comment when !flags.HasFlag(part == Part.Name ? Flag.Name : Flag.Comment):
                    part++;
                    break;
                case Part.Name or Part.Comment:
                    var end = bytes.IndexOf((byte)0);
                    Take(input, end < 0 ? bytes.Length : end + 1, end < 0 ? part : part + 1);
                    if (end < 0)
                    {
                        return Pause.NeedsInput;
                    }

                    break;
                case Part.HeaderCrc when !flags.HasFlag(Flag.HeaderCrc):
                    return Pause.None;
                case Part.HeaderCrc when bytes.Length < 2:
                    return Pause.NeedsInput;
                default:
                    input.At += 2;
                    return PackedInput.Word(bytes) == (ushort)crc ? Pause.None : Pause.Damaged;
            }
        }
    }

    private void Take(PackedInput input, int count, Part next)
    {
        crc = Crc32.Append(crc, input.Bytes[..count]);
        input.At += count;
        part = next;
    }
}
