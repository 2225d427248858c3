using Why502.Logs;

namespace Why502.Cli.Traffic;

/// <summary>Bytes that were read before, and then the rest.</summary>
internal sealed class HeadedStream(byte[] head, Stream rest) : ForwardStream
{
    private int at;

    public override int Read(Span<byte> buffer)
    {
        if (at == head.Length)
        {
            return rest.Read(buffer);
        }

        var count = Math.Min(buffer.Length, head.Length - at);
        head.AsSpan(at, count).CopyTo(buffer);
        at += count;
        return count;
    }
}
