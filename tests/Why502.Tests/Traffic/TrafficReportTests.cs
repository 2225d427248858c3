using System.IO.Compression;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Why502.Bench.Traffic;
using Why502.Cli.Traffic;
using Why502.Tests.Reports;
using Why502.Traffic;
using Xunit;

namespace Why502.Tests.Traffic;

/// <summary>Every number of the report is that of an independent count, and does not depend on how the log was read.</summary>
public class TrafficReportTests
{
    private const int Bytes = 3_500_000;

    [Theory]
    [InlineData(AccessLogShape.Combined)]
    [InlineData(AccessLogShape.UpstreamTiming)]
    [InlineData(AccessLogShape.Json)]
    [InlineData(AccessLogShape.Ingress)]
    [InlineData(AccessLogShape.VirtualHost)]
    public void EveryNumber_IsTheOraclesAndTheGenerators(AccessLogShape shape)
    {
        using var folder = new TrafficFolder();
        var (file, bytes, truth) = folder.Generate(shape, Bytes, seed: (int)shape + 1);
        var report = TrafficFolder.Read(file);
        var oracle = TrafficOracle.Of(bytes, shape);
        Assert.Equal(0, oracle.Malformed);
        Assert.Equal((oracle.Rows, 0), (report.Rows, report.Malformed));
        Assert.Equal(truth.Rows, report.Rows);
        Assert.Equal(oracle.Status, report.Status);
        Assert.Equal(truth.Status, report.Status);
        Assert.Equal(oracle.Minutes.Select(m => (m.Key, m.Value.Rows, m.Value.Errors)), report.Minutes.Select(m => (m.Minute.ToString("yyyy-MM-ddTHH:mm", CultureInfo.InvariantCulture), m.Rows, m.ServerError)));
        Assert.Equal(oracle.First, report.From!.Value.ToString("yyyy-MM-ddTHH:mm", CultureInfo.InvariantCulture));
        Assert.Equal(oracle.Last, report.To!.Value.ToString("yyyy-MM-ddTHH:mm", CultureInfo.InvariantCulture));
        Assert.Equal(oracle.Upstreams.Keys, report.Upstreams.Select(u => u.Upstream).Order(StringComparer.Ordinal));
        foreach (var upstream in report.Upstreams)
        {
            var expected = oracle.Upstreams[upstream.Upstream];
            Assert.Equal(expected.Attempts, upstream.Status);
            Assert.Equal(truth.Attempts[upstream.Upstream], upstream.Status);
            Assert.Equal((expected.Final, truth.Final[upstream.Upstream]), (upstream.Final, upstream.Final));
            Assert.Equal(expected.Attempts.Values.Sum(), upstream.Attempts);
            Quantiles(expected.Times, upstream.ResponseTime);
        }

        Quantiles(oracle.RequestTimes, report.RequestTime);
        Assert.Equal(oracle.Upstreams.Count == 0 ? 0 : truth.Retried, report.Retries.Requests);
        Assert.InRange(report.DistinctClients!.Value, oracle.Clients.Count * 0.96, oracle.Clients.Count * 1.04);
        Assert.InRange(report.DistinctPaths!.Value, oracle.Paths.Count * 0.96, oracle.Paths.Count * 1.04);
        Assert.Equal(oracle.Methods.OrderBy(m => m.Key), report.Methods.ToDictionary(m => m.Value, m => m.Count).OrderBy(m => m.Key));
        Assert.All(report.Clients, client => Assert.InRange(oracle.Clients[client.Value], client.Count, client.Count + client.CountError));
    }

    [Theory]
    [InlineData(AccessLogShape.UpstreamTiming)]
    [InlineData(AccessLogShape.Json)]
    public void Threads_Streams_AndCompressedFiles_AgreeExactly(AccessLogShape shape)
    {
        using var folder = new TrafficFolder();
        var (file, bytes, _) = folder.Generate(shape, Bytes, seed: 9);
        var one = Json(TrafficFolder.Read(file, threads: 1));
        Assert.Equal(one, Json(TrafficFolder.Read(file, threads: 2)));
        Assert.Equal(one, Json(TrafficFolder.Read(file, threads: 7)));
        using (var packed = new GZipStream(File.Create(file + ".gz"), CompressionLevel.Fastest))
        {
            packed.Write(bytes);
        }

        Assert.Equal(one, Json(TrafficFolder.Read(file + ".gz")));
    }

    [Fact]
    public void RotatedSet_IsTheWholeLog_InTheOrderOfTime()
    {
        using var folder = new TrafficFolder();
        var (file, bytes, _) = folder.Generate(AccessLogShape.UpstreamTiming, Bytes, seed: 4);
        var whole = TrafficFolder.Read(file);
        File.Delete(file);
        var cut = Array.IndexOf(bytes, (byte)'\n', 1_400_000) + 1;
        folder.Write("access.log", bytes[cut..]);
        folder.Write("access.log.1", bytes[..cut]);
        folder.Write("error.log", Encoding.ASCII.GetBytes("2026/09/21 14:13:20 [error] 1#1: *1 connect() failed (111: Connection refused) while connecting to upstream\n"));
        var parts = TrafficFolder.Read(folder.Path);
        Assert.Equal(["access.log.1", "access.log"], parts.Inputs.Select(input => Path.GetFileName(input.Name)));
        Assert.Equal((whole.Rows, whole.Status[200], whole.RequestTime), (parts.Rows, parts.Status[200], parts.RequestTime));
        Assert.Equal(whole.Minutes, parts.Minutes);
    }

    [Fact]
    public void Window_HoldsItsRowsAndNoOthers()
    {
        using var folder = new TrafficFolder();
        var (file, bytes, _) = folder.Generate(AccessLogShape.UpstreamTiming, Bytes, seed: 5);
        var whole = TrafficFolder.Read(file);
        var since = new DateTimeOffset(2026, 9, 21, 16, 0, 0, TimeSpan.Zero);
        var until = new DateTimeOffset(2026, 9, 21, 17, 29, 59, TimeSpan.Zero);
        var part = TrafficFolder.Read(new TrafficRequest { Files = [file], Since = since, Until = until });
        Assert.Equal(whole.Minutes.Where(m => m.Minute >= since && m.Minute <= until), part.Minutes);
        Assert.Equal(0, part.Malformed);
        Assert.True(part.Inputs[0].Bytes == bytes.Length);
    }

    [Fact]
    public void MalformedRows_AreCounted_AndShownWithTheirLine()
    {
        using var folder = new TrafficFolder();
        var (_, bytes, truth) = folder.Generate(AccessLogShape.UpstreamTiming, 1_500_000, seed: 6);
        var lines = Encoding.Latin1.GetString(bytes).Split('\n');
        var odd = string.Join('\n', lines.Take(5000).Append("what is this?").Concat(lines.Skip(5000).Take(100)).Append(new string('x', 600_000)).Concat(lines.Skip(5100)));
        var report = TrafficFolder.Read(folder.Write("odd.log", Encoding.Latin1.GetBytes(odd)));
        Assert.Equal((truth.Rows, 2), (report.Rows, report.Malformed));
        Assert.Equal([(5001, "what is this?")], report.MalformedSamples.Take(1).Select(row => (row.Line, row.Text)));
        Assert.Equal(5102, report.MalformedSamples[1].Line);
    }

    [Fact]
    public void TheStory_IsFound()
    {
        using var folder = new TrafficFolder();
        var (file, _, truth) = folder.Generate(AccessLogShape.UpstreamTiming, 12_000_000, seed: 7);
        var findings = TrafficFolder.Read(file).Findings;
        var bad = Assert.Single(findings, f => f.Kind == "bad-node");
        Assert.Equal((truth.BadNode, "upstream-down"), (bad.Upstream, bad.Cause));
        Assert.InRange(bad.PValue!.Value, 0, 1e-6);
        var near = Assert.Single(findings, f => f.Kind == "near-timeout");
        Assert.Equal((60_000, truth.NearTimeout, "timeout-too-short"), (near.Limit, near.Count, near.Cause));
        Assert.Contains(findings, f => f.Kind == "abandoned" && f.Cause == "client-gave-up");
        Assert.Contains(findings, f => f.Kind == "no-live-upstreams" && f.Upstream == "shop_backend");
        Assert.Contains(findings, f => f.Kind == "burst");
        Assert.All(findings, f => Assert.True(f.Cause is null || Why502.Diagnosis.CauseRegistry.All.Any(cause => cause.Id == f.Cause), f.Cause));
    }

    [Fact]
    public void Report_IsValidByThePublishedSchema()
    {
        using var folder = new TrafficFolder();
        var (file, _, _) = folder.Generate(AccessLogShape.UpstreamTiming, 400_000, seed: 8);
        using var schema = JsonDocument.Parse(TrafficSchema.Render());
        using var report = JsonDocument.Parse(TrafficJson.Render(TrafficFolder.Read(file)));
        Assert.Empty(SchemaCheck.Errors(schema.RootElement, report.RootElement));
        var path = Path.Combine(Architecture.Checkout.Root, "docs/schema/traffic-1.schema.json");
        if (Environment.GetEnvironmentVariable("WHY502_ACCEPT") == "1")
        {
            File.WriteAllText(path, TrafficSchema.Render(), new UTF8Encoding(false));
        }

        Assert.Equal(File.ReadAllText(path), TrafficSchema.Render());
    }

    private static string Json(TrafficReport report) => Encoding.UTF8.GetString(TrafficJson.Render(report with { Inputs = [] }));

    private static void Quantiles(List<double> times, TimeQuantiles? actual)
    {
        if (times.Count == 0)
        {
            Assert.Null(actual);
            return;
        }

        times.Sort();
        Assert.Equal((times.Count, times[0], times[^1]), (actual!.Count, actual.Min, actual.Max));
        Assert.Equal(times.Average(), actual.Mean, 6);
        foreach (var (q, value) in new[] { (0.5, actual.P50), (0.9, actual.P90), (0.95, actual.P95), (0.99, actual.P99) })
        {
            var exact = times[(int)Math.Ceiling(q * times.Count) - 1];
            Assert.InRange(value, exact * 0.99 - 1e-9, exact * 1.01 + 1e-9);
        }
    }
}
