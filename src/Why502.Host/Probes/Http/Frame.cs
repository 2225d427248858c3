using System.Buffers.Binary;

namespace Why502.Host.Probes;

internal enum FrameType : byte
{
    Data = 0,
    Headers = 1,
    ResetStream = 3,
    Settings = 4,
    PushPromise = 5,
    Ping = 6,
    GoAway = 7,
    WindowUpdate = 8,
    Continuation = 9,
}

/// <summary>One frame of HTTP/2 (RFC 9113 §4.1).</summary>
internal readonly record struct Frame(FrameType Type, byte Flags, int Stream, byte[] Payload)
{
    public const int HeadBytes = 9;

    /// <summary>SETTINGS_MAX_FRAME_SIZE as long as nobody changes it; nginx changes it not.</summary>
    public const int PayloadMax = 16384;

    private const byte PaddedFlag = 0x8;
    private const byte PriorityFlag = 0x20;

    /// <summary>ACK of SETTINGS and PING, END_STREAM of HEADERS and DATA.</summary>
    public bool HasFirstFlag => (Flags & 1) != 0;

    public bool EndsHeaders => (Flags & 4) != 0;

    /// <summary>Without padding and priority; null when they are longer than the frame.</summary>
    public ReadOnlyMemory<byte>? Content
    {
        get
        {
            var skipped = (Flags & PaddedFlag) != 0 && Type is FrameType.Data or FrameType.Headers ? 1 : 0;
            var padding = skipped == 1 && Payload.Length > 0 ? Payload[0] : 0;
            skipped += Type == FrameType.Headers && (Flags & PriorityFlag) != 0 ? 5 : 0;
            return skipped + padding > Payload.Length ? null : Payload.AsMemory(skipped, Payload.Length - skipped - padding);
        }
    }

    /// <summary>The error code of RST_STREAM and, behind the last stream, of GOAWAY.</summary>
    public uint ErrorCode => Payload.Length >= (Type == FrameType.GoAway ? 8 : 4) ? BinaryPrimitives.ReadUInt32BigEndian(Payload.AsSpan(Type == FrameType.GoAway ? 4 : 0)) : 0;

    public static byte[] Write(FrameType type, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        var frame = new byte[HeadBytes + payload.Length];
        frame[0] = (byte)(payload.Length >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(1), (ushort)payload.Length);
        (frame[3], frame[4]) = ((byte)type, flags);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame.AsSpan(HeadBytes));
        return frame;
    }
}
