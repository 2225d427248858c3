using BenchmarkDotNet.Attributes;
using Why502.Bench.Traffic;
using Why502.Traffic;
using Why502.Traffic.Engine;

namespace Why502.Bench.Kernels;

/// <summary>A block of rows to fields and core tables: in the usual form's way, by the format's plan, and a format that has a plan only. An operation is a row.</summary>
public class FieldSplit
{
    private const int Rows = 1000;

    private byte[] _rows = [];
    private TrafficScanner _scanner = null!;

    [Params("timing", "timing by its plan", "combined", "json", "ingress")]
    public string Format { get; set; } = "";

    [GlobalSetup]
    public void Prepare()
    {
        AccessLogShape shape = Format.Split(' ')[0] switch { "timing" => AccessLogShape.UpstreamTiming, "combined" => AccessLogShape.Combined, "json" => AccessLogShape.Json, _ => AccessLogShape.Ingress };
        byte[] log = Sample.Log(shape, Sample.BlockBytes * 4);
        int end = 0;
        for (int row = 0; row < Rows && end < Sample.BlockBytes; row++)
        {
            end += log.AsSpan(end).IndexOf((byte)'\n') + 1;
        }

        _scanner = new TrafficScanner(new ScanOptions { Scope = TrafficScope.Core, HasShortWay = Format == shape.ToString() || !Format.Contains("plan") }) { Stretch = new Stretch() };
        _scanner.Begin(Sample.FormatOf(log), 0, skipFirst: false);
        _rows = Repeated(log.AsSpan(0, end));
    }

    [Benchmark(OperationsPerInvoke = Rows)]
    public void Scan()
    {
        _rows.CopyTo(_scanner.Free);
        _scanner.Filled(_rows.Length);
        _scanner.Scan(long.MaxValue, atEnd: false);
    }

    /// <summary>As many rows as were asked for must fit the block; where they do not, it is said rather than guessed.</summary>
    private static byte[] Repeated(ReadOnlySpan<byte> rows)
        => rows.Count((byte)'\n') == Rows && rows.Length <= Sample.BlockBytes ? rows.ToArray() : throw new InvalidOperationException("A block does not hold so many rows.");
}
