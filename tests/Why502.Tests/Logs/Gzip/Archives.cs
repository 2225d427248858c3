using System.IO.Compression;
using System.Text;
using Why502.Logs;
using Why502.Logs.Gzip;

namespace Why502.Tests.Logs.Gzip;

/// <summary>Archives of all makes, and what is in them by this reader and by the framework's.</summary>
internal static class Archives
{
    public static readonly ZLibCompressionStrategy[] Strategies = Enum.GetValues<ZLibCompressionStrategy>();

    /// <param name="text">Of an empty one the framework makes no archive.</param>
    /// <param name="flushEvery">Bytes of text between places that a reader can start from, as pigz makes them; 0 for none.</param>
    public static byte[] Pack(byte[] text, int level = 6, ZLibCompressionStrategy strategy = ZLibCompressionStrategy.Default, int flushEvery = 0)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, new ZLibCompressionOptions { CompressionLevel = level, CompressionStrategy = strategy }, leaveOpen: true))
        {
            for (int at = 0; at < text.Length;)
            {
                int count = flushEvery > 0 ? Math.Min(flushEvery, text.Length - at) : text.Length;
                gzip.Write(text, at, count);
                at += count;
                if (flushEvery > 0)
                {
                    gzip.Flush();
                }
            }
        }

        return packed.ToArray();
    }

    /// <summary>Rows that resemble each other as those of a log do.</summary>
    public static byte[] Text(int bytes, int seed)
    {
        Random random = new(seed);
        StringBuilder text = new();
        while (text.Length < bytes)
        {
            text.Append($"10.0.{random.Next(4)}.{random.Next(256)} - - [21/Sep/2026:16:{random.Next(60):D2}:{random.Next(60):D2} +0000] \"GET /shop/items/{random.Next(100_000)} HTTP/1.1\" {(random.Next(20) == 0 ? 502 : 200)} {random.Next(50_000)}\n");
            if (random.Next(200) == 0)
            {
                text.Append((char)('a' + random.Next(26)), random.Next(600));
            }
        }

        return Encoding.Latin1.GetBytes(text.ToString(0, bytes));
    }

    public static (byte[] Text, bool IsWhole) Own(byte[] archive, int sourceBytes = int.MaxValue, int readBytes = 64 * 1024)
        => Read(new GzipReader(new Drip(archive, sourceBytes)), readBytes);

    public static (byte[] Text, bool IsWhole) Framework(byte[] archive) => Read(new GZipStream(new MemoryStream(archive), CompressionMode.Decompress), 64 * 1024);

    private static (byte[] Text, bool IsWhole) Read(Stream unpacked, int readBytes)
    {
        using MemoryStream text = new();
        byte[] buffer = new byte[readBytes];
        try
        {
            for (int count; (count = unpacked.Read(buffer)) > 0;)
            {
                text.Write(buffer, 0, count);
            }
        }
        catch (InvalidDataException)
        {
            return (text.ToArray(), false);
        }

        return (text.ToArray(), true);
    }

    /// <summary>Brings a few bytes at a time, as a pipe may.</summary>
    private sealed class Drip(byte[] content, int bytes) : ForwardStream
    {
        private int at;

        public override int Read(Span<byte> buffer)
        {
            int count = Math.Min(Math.Min(buffer.Length, bytes), content.Length - at);
            content.AsSpan(at, count).CopyTo(buffer);
            at += count;
            return count;
        }
    }
}
