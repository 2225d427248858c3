using System.IO.Compression;
using BenchmarkDotNet.Attributes;
using Why502.Bench.Traffic;
using Why502.Logs.Gzip;

namespace Why502.Bench.Kernels;

/// <summary>A packed log to its text, by the program's own reader and by the framework's. An operation is a byte of the text.</summary>
public class Inflating
{
    private const int TextBytes = 4 * 1024 * 1024;

    private readonly byte[] _packed = Packed();
    private readonly byte[] _buffer = new byte[Sample.BlockBytes];

    [Benchmark(OperationsPerInvoke = TextBytes)]
    public long Inflate() => Drain(new GzipReader(new MemoryStream(_packed)));

    [Benchmark(OperationsPerInvoke = TextBytes)]
    public long InflateByTheFramework() => Drain(new GZipStream(new MemoryStream(_packed), CompressionMode.Decompress));

    private long Drain(Stream unpacked)
    {
        using (unpacked)
        {
            long bytes = 0;
            int count;
            while ((count = unpacked.Read(_buffer)) > 0)
            {
                bytes += count;
            }

            return bytes;
        }
    }

    private static byte[] Packed()
    {
        using MemoryStream packed = new();
        using (GZipStream stream = new(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            stream.Write(Sample.Log(AccessLogShape.UpstreamTiming, TextBytes + 4096).AsSpan(0, TextBytes));
        }

        return packed.ToArray();
    }
}
