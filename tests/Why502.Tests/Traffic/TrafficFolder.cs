using Why502.Bench.Traffic;
using Why502.Cli.Traffic;
using Why502.Traffic;

namespace Why502.Tests.Traffic;

/// <summary>Generated logs in a folder that goes away.</summary>
internal sealed class TrafficFolder : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 9, 21, 14, 13, 20, TimeSpan.Zero);

    public string Path { get; } = Directory.CreateTempSubdirectory("why502-traffic-").FullName;

    public (string File, byte[] Bytes, AccessLogTruth Truth) Generate(AccessLogShape shape, int bytes, int seed)
    {
        var generator = new AccessLogGenerator(shape, seed);
        using var content = new MemoryStream();
        generator.Write(content, bytes, Start, TimeSpan.FromHours(6));
        return (Write($"{shape}.log", content.ToArray()), content.ToArray(), generator.Truth);
    }

    public string Write(string name, byte[] bytes)
    {
        var file = System.IO.Path.Combine(Path, name);
        File.WriteAllBytes(file, bytes);
        return file;
    }

    public static TrafficReport Read(TrafficRequest request)
        => new TrafficRun(new TrafficSources(request, null).Find(), request, CancellationToken.None).Read(new ReportContext());

    public static TrafficReport Read(string file, int threads = 2) => Read(new TrafficRequest { Files = [file], Threads = threads });

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
