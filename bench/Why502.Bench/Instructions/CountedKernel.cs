using Why502.Bench.Traffic;
using Why502.Logs;
using Why502.Traffic;
using Why502.Traffic.Engine;

namespace Why502.Bench.Instructions;

/// <summary>Work whose instructions are counted: a log in memory, read in parts as the product reads it.</summary>
internal abstract class CountedKernel
{
    /// <summary>Enough for every table to be filled as in a long log.</summary>
    private const int LogBytes = 8_000_000;

    /// <summary>Some two thousand rows a minute: a row that begins another minute takes the long way.</summary>
    private static readonly TimeSpan LogSpan = TimeSpan.FromMinutes(24);

    protected CountedKernel(byte[] log) => Log = log;

    public static IReadOnlyList<string> Names { get; } = ["timing-core", "timing-full", "combined-core", "combined-full", "json-core", "json-full", "ingress-core", "ingress-full", "error-log"];

    public byte[] Log { get; }

    /// <summary>Where, in the log, parts are counted: in quiet time, in the burst, and while a node fails and is made good.</summary>
    public static IReadOnlyList<double> Places { get; } = [0.2, 0.32, 0.6];

    public static CountedKernel Of(string name) => name switch
    {
        "error-log" => new ErrorLogKernel(ErrorLog()),
        _ => new TrafficKernel(AccessLog(name.Split('-')[0] switch { "timing" => AccessLogShape.UpstreamTiming, "combined" => AccessLogShape.Combined, "ingress" => AccessLogShape.Ingress, _ => AccessLogShape.Json }),
            name.EndsWith("core", StringComparison.Ordinal) ? TrafficScope.Core : TrafficScope.Full),
    };

    /// <summary>Puts whole rows where they are read from; not counted.</summary>
    public abstract void Fill(ReadOnlySpan<byte> rows);

    /// <summary>Reads them.</summary>
    public abstract void Run();

    private static byte[] AccessLog(AccessLogShape shape)
    {
        using MemoryStream log = new(LogBytes + 4096);
        new AccessLogGenerator(shape, 1).Write(log, LogBytes, DateTimeOffset.FromUnixTimeSeconds(1_790_000_000), LogSpan);
        return log.ToArray();
    }

    private static byte[] ErrorLog()
    {
        string file = Path.GetTempFileName();
        try
        {
            new ErrorLogGenerator(502, ErrorLogVariety.All).Write(file, LogBytes);
            return File.ReadAllBytes(file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private sealed class TrafficKernel : CountedKernel
    {
        private readonly TrafficScanner _scanner;

        public TrafficKernel(byte[] log, TrafficScope scope) : base(log)
        {
            string[] head = System.Text.Encoding.Latin1.GetString(log, 0, 64 * 1024).Split('\n')[..64];
            _scanner = new TrafficScanner(new ScanOptions { Scope = scope }) { Stretch = new Stretch() };
            _scanner.Begin(AccessLogFormat.Recognise(head)!, 0, skipFirst: false);
        }

        public override void Fill(ReadOnlySpan<byte> rows)
        {
            rows.CopyTo(_scanner.Free);
            _scanner.Filled(rows.Length);
        }

        public override void Run() => _scanner.Scan(long.MaxValue, atEnd: false);
    }

    private sealed class ErrorLogKernel(byte[] log) : CountedKernel(log)
    {
        private readonly ErrorLogFold _fold = new();
        private readonly ErrorLogReader _reader = new("error.log");
        private byte[] _rows = [];

        public override void Fill(ReadOnlySpan<byte> rows) => _rows = rows.ToArray();

        public override void Run() => _reader.Push(_rows, _fold);
    }
}
