namespace Why502.Host.Probes;

/// <summary>Knows when a response body is complete, without keeping any of it (RFC 9112 §6.3).</summary>
internal sealed class BodyCounter
{
    private readonly bool chunked;
    private readonly long? length;
    private long chunkLeft;
    private Chunk state = Chunk.Size;
    private bool sizeEnded;
    private bool lineIsEmpty = true;

    public BodyCounter(int status, long? contentLength, bool isChunked)
    {
        chunked = isChunked;
        length = status is 204 or 304 or (>= 100 and < 200) ? 0 : isChunked ? null : contentLength;
        IsComplete = length == 0;
    }

    private enum Chunk
    {
        Size,
        Data,
        DataEnd,
        Trailer,
    }

    public long Bytes { get; private set; }

    public bool IsComplete { get; private set; }

    public bool IsInvalid { get; private set; }

    /// <summary>Only the closing of the connection ends it.</summary>
    public bool EndsAtClose => !chunked && length is null;

    public void Feed(ReadOnlySpan<byte> bytes)
    {
        if (!chunked)
        {
            Bytes += length is { } known ? Math.Min(bytes.Length, known - Bytes) : bytes.Length;
            IsComplete = Bytes == length;
            return;
        }

        while (bytes.Length > 0 && !IsComplete && !IsInvalid)
        {
            if (state == Chunk.Data)
            {
                var taken = (int)Math.Min(bytes.Length, chunkLeft);
                Bytes += taken;
                chunkLeft -= taken;
                bytes = bytes[taken..];
                state = chunkLeft == 0 ? Chunk.DataEnd : Chunk.Data;
                continue;
            }

            StepFrame(bytes[0]);
            bytes = bytes[1..];
        }
    }

    private void StepFrame(byte b)
    {
        switch (state)
        {
            case Chunk.Size when b == '\n':
                sizeEnded = false;
                state = chunkLeft == 0 ? Chunk.Trailer : Chunk.Data;
                lineIsEmpty = true;
                break;
            case Chunk.Size:
                StepSize(b);
                break;
            case Chunk.DataEnd when b == '\n':
                state = Chunk.Size;
                break;
            case Chunk.DataEnd:
                IsInvalid = b != '\r';
                break;
            case Chunk.Trailer when b == '\n':
                IsComplete = lineIsEmpty;
                lineIsEmpty = true;
                break;
            case Chunk.Trailer:
                lineIsEmpty &= b == '\r';
                break;
        }
    }

    private void StepSize(byte b)
    {
        if (sizeEnded)
        {
            return;
        }

        if (!char.IsAsciiHexDigit((char)b))
        {
            // An extension or the end of the line; anything else is no chunk (ngx_http_parse_chunked).
            sizeEnded = b is (byte)';' or (byte)'\r' or (byte)' ' or (byte)'\t';
            IsInvalid = !sizeEnded;
            return;
        }

        IsInvalid = chunkLeft > long.MaxValue >> 8;
        chunkLeft = (chunkLeft << 4) + Convert.ToInt32(((char)b).ToString(), 16);
    }
}
