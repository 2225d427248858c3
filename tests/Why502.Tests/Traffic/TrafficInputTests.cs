using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using Why502.Bench.Traffic;
using Why502.Cli;
using Why502.Cli.Traffic;
using Why502.Traffic;
using Xunit;

namespace Why502.Tests.Traffic;

/// <summary>How logs come: packed, rotated, through a pipe, torn, cut by a window, and what a configuration adds.</summary>
public sealed class TrafficInputTests
{
    private const int Bytes = 1_500_000;

    [Fact]
    public void PackedPipe_OfSeveralMembers_IsTheWholeLog()
    {
        using var folder = new TrafficFolder();
        var (file, bytes, _) = folder.Generate(AccessLogShape.UpstreamTiming, Bytes, seed: 11);
        var whole = TrafficFolder.Read(file);
        byte[] members = [.. Packed(bytes[..700_000]), .. Packed(bytes[700_000..])];
        var piped = Piped(new MemoryStream(members), CancellationToken.None);
        Assert.Equal((whole.Rows, whole.Malformed, whole.RequestTime), (piped.Rows, piped.Malformed, piped.RequestTime));
        Assert.Equal(whole.Minutes, piped.Minutes);
        Assert.Equal(whole.Routes, piped.Routes);
        Assert.Null(piped.Inputs[0].Problem);
        Assert.Equal(whole.Minutes, TrafficFolder.Read(folder.Write("access.log.2.gz", members)).Minutes);
    }

    [Fact]
    public void PlainPipe_IsTheWholeLog()
    {
        using var folder = new TrafficFolder();
        var (file, bytes, _) = folder.Generate(AccessLogShape.Json, Bytes, seed: 12);
        var whole = TrafficFolder.Read(file);
        var piped = Piped(new Drops(bytes, 1000), CancellationToken.None);
        Assert.Equal(whole.Minutes, piped.Minutes);
        Assert.Equal(whole.Clients, piped.Clients);
    }

    [Fact]
    public void LinkToALog_IsTheWholeLog()
    {
        using var folder = new TrafficFolder();
        var (file, _, truth) = folder.Generate(AccessLogShape.Combined, 300_000, seed: 15);
        var link = Path.Combine(folder.Path, "link.log");
        File.CreateSymbolicLink(link, Path.GetFileName(file));
        Assert.Equal(truth.Rows, TrafficFolder.Read(link).Rows);
    }

    [Fact]
    public void TornArchive_IsReadToTheTear_AndSaidSo()
    {
        using var folder = new TrafficFolder();
        var (file, bytes, _) = folder.Generate(AccessLogShape.UpstreamTiming, Bytes, seed: 13);
        var whole = TrafficFolder.Read(file).Rows;
        var packed = Packed(bytes);
        var torn = TrafficFolder.Read(folder.Write("torn.gz", packed[..(packed.Length / 2)]));
        Assert.InRange(torn.Rows, whole / 10, whole * 9 / 10);
        Assert.Contains("not be read to its end", torn.Inputs[0].Problem, StringComparison.Ordinal);
        Assert.Contains(TrafficPage.Render(torn, 80).ToString().Split('\n'), line => line.Contains("torn.gz", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Interrupted_WhileAPipeIsSilent_SaysWhatCameUntilThen()
    {
        using var folder = new TrafficFolder();
        var (file, bytes, _) = folder.Generate(AccessLogShape.UpstreamTiming, 300_000, seed: 14);
        var whole = TrafficFolder.Read(file).Rows;
        using var stop = new CancellationTokenSource();
        using var silent = new Drops(bytes, 10_000) { IsSilentAtEnd = true };
        var reading = Task.Run(() => Piped(silent, stop.Token));
        Assert.True(silent.AtEnd.Wait(TimeSpan.FromSeconds(60)));
        stop.Cancel();
        var report = await reading.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.True(report.Partial);
        // What lay in the pipe's last buffer may not have been handed on.
        Assert.InRange(report.Rows, 1, whole);
    }

    [Fact]
    public void RotatedSet_MixedPlainAndPacked_IsInTheOrderOfTime()
    {
        using var folder = new TrafficFolder();
        var (file, bytes, _) = folder.Generate(AccessLogShape.UpstreamTiming, Bytes, seed: 15);
        var whole = TrafficFolder.Read(file);
        File.Delete(file);
        int first = Array.IndexOf(bytes, (byte)'\n', 500_000) + 1, second = Array.IndexOf(bytes, (byte)'\n', 1_000_000) + 1;
        folder.Write("access.log", bytes[second..]);
        folder.Write("access.log.1", bytes[first..second]);
        folder.Write("access.log.2.gz", Packed(bytes[..first]));
        var report = TrafficFolder.Read(folder.Path);
        Assert.Equal(["access.log.2.gz", "access.log.1", "access.log"], report.Inputs.Select(input => Path.GetFileName(input.Name)));
        Assert.Equal(whole.Minutes, report.Minutes);
        Assert.Equal(whole.RequestTime, report.RequestTime);
    }

    [Fact]
    public void Window_OfAPackedLog_HoldsItsRowsAndNoOthers()
    {
        using var folder = new TrafficFolder();
        var (file, bytes, _) = folder.Generate(AccessLogShape.UpstreamTiming, Bytes, seed: 16);
        var request = new TrafficRequest { Files = [file], Since = new(2026, 9, 21, 16, 0, 0, TimeSpan.Zero), Until = new(2026, 9, 21, 17, 29, 59, TimeSpan.Zero) };
        var plain = TrafficFolder.Read(request);
        var packed = TrafficFolder.Read(request with { Files = [folder.Write("packed.gz", Packed(bytes))] });
        Assert.Equal(plain.Minutes, packed.Minutes);
        Assert.Equal((plain.Rows, plain.RequestTime), (packed.Rows, packed.RequestTime));
        Assert.Equal(90, packed.Minutes.Count);
    }

    [Fact]
    public void Configuration_GivesTheFormatOfEachLog_ItsLimitsAndItsGroups()
    {
        using var folder = new TrafficFolder();
        var log = Path.Combine(folder.Path, "shop.log");
        var configuration = folder.Write("nginx.conf", Encoding.ASCII.GetBytes($$"""
            events {}
            http {
                log_format odd '$status;$msec;$upstream_addr;$upstream_status;$upstream_response_time;$request';
                upstream shop { server 10.0.0.1:81; server 10.0.0.2; server 10.0.0.3:83 backup; }
                server {
                    listen 80;
                    access_log {{log}} odd;
                    location / { proxy_pass http://shop; proxy_read_timeout 7s; }
                }
            }

            """));
        var text = new StringBuilder();
        for (var i = 0; i < 4000; i++)
        {
            // Two nodes on different ports: peers by the configuration alone. One refuses every other request; answers pile up below seven seconds.
            var (node, status, time) = i % 4 == 0 ? ("10.0.0.1:81", 502, "0.001") : i % 100 == 1 ? ("10.0.0.2:80", 200, $"6.{i % 9 + 1}00") : i % 500 == 2 ? ("10.0.0.2:80", 504, "7.001") : (i % 4 == 2 ? "10.0.0.1:81" : "10.0.0.2:80", 200, "0.010");
            text.Append($"{status};{1_790_000_000 + i}.000;{node};{status};{time};GET /a HTTP/1.1\n");
        }

        File.WriteAllText(log, text.ToString());
        var request = new TrafficRequest { Files = [log] };
        var found = TrafficConfiguration.Load(configuration);
        var report = new TrafficRun(new TrafficSources(request, found).Find(), request, CancellationToken.None).Read(new ReportContext { Limits = found.Setup.Limits, Groups = found.Setup.Groups });
        Assert.Equal(("config", 4000, 0), (report.Inputs[0].FormatSource, report.Rows, report.Malformed));
        Assert.Equal([7000], found.Setup.Limits);
        Assert.Equal(["10.0.0.1:81", "10.0.0.2:80"], Assert.Single(found.Setup.Groups));
        Assert.Equal("10.0.0.1:81", Assert.Single(report.Findings, finding => finding.Kind == "bad-node").Upstream);
        var near = Assert.Single(report.Findings, finding => finding.Kind == "near-timeout");
        Assert.Equal(7000, near.Limit);
        Assert.Contains("the limit stands in the configuration", near.Evidence);
        // Without it the values tell the format, but nobody knows who is whose peer.
        Assert.DoesNotContain(TrafficFolder.Read(log).Findings, finding => finding.Kind == "bad-node");
    }

    /// <summary>nginx refuses such a word when it loads; a format taken without it would read other rows than nginx wrote.</summary>
    [Fact]
    public void UnknownEscape_IsRefused()
    {
        using var folder = new TrafficFolder();
        var log = folder.Write("access.log", "1.2.3.4 200\n"u8.ToArray());
        Assert.Throws<UsageException>(() => TrafficFolder.Read(new TrafficRequest { Files = [log], LogFormat = "escape=xml $remote_addr $status" }));
        Assert.Equal(1, TrafficFolder.Read(new TrafficRequest { Files = [log], LogFormat = "escape=none $remote_addr $status" }).Rows);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void DailyPattern_IsFoundWhereThereIsOne(bool peaks)
    {
        using var folder = new TrafficFolder();
        var text = new StringBuilder();
        var start = new DateTimeOffset(2026, 9, 1, 0, 0, 0, TimeSpan.Zero);
        for (var hour = 0; hour < 6 * 24; hour++)
        {
            var rows = peaks && hour % 24 == 3 ? 400 : 50 + hour * 7 % 11;
            for (var i = 0; i < rows; i++)
            {
                var status = peaks && hour % 24 == 3 && i % 4 == 0 ? 503 : 200;
                text.Append($"203.0.113.{i % 250} - - [{start.AddHours(hour).AddSeconds(i * 8):dd/MMM/yyyy:HH:mm:ss} +0000] \"GET / HTTP/1.1\" {status} 5 \"-\" \"-\"\n");
            }
        }

        var patterns = TrafficFolder.Read(folder.Write("days.log", Encoding.ASCII.GetBytes(text.ToString()))).Findings.Where(finding => finding.Kind == "daily-pattern").ToList();
        Assert.Equal(peaks ? ["5xx", "requests"] : [], patterns.Select(finding => finding.Title.Split(' ')[0]).Order(StringComparer.Ordinal));
        Assert.All(patterns, finding => Assert.Contains("03:00 UTC", finding.Title, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0, 0, 1, "read 0 MB, 0 MB/s")]
    [InlineData(0, 900_000_000, 1, "read 0 of 900 MB (0 %), 0 MB/s")]
    [InlineData(300_000_000, 900_000_000, 2, "read 300 of 900 MB (33 %), 150 MB/s, 4 s left")]
    [InlineData(300_000_000, 90_300_000_000, 2, "read 300 of 90,300 MB (0 %), 150 MB/s, 10 min 00 s left")]
    [InlineData(300_000_000, 9_000_300_000_000, 2, "read 300 of 9,000,300 MB (0 %), 150 MB/s, 16 h 40 min left")]
    [InlineData(300_000_000, 0, 2, "read 300 MB, 150 MB/s")]
    public void Progress_SaysHowFarHowFastAndHowLongStill(long read, long total, int seconds, string line)
        => Assert.Equal(line, ProgressWords.Of(read, total, TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(160)]
    public void Page_FitsItsWidth(int width)
    {
        using var folder = new TrafficFolder();
        var (file, _, _) = folder.Generate(AccessLogShape.UpstreamTiming, 12_000_000, seed: 7);
        var page = TrafficPage.Render(TrafficFolder.Read(file), width).ToString();
        Assert.All(page.Split('\n'), line => Assert.InRange(line.Length, 0, width));
        Assert.Contains("Over time", page, StringComparison.Ordinal);
    }

    private static TrafficReport Piped(Stream input, CancellationToken stop)
    {
        var request = new TrafficRequest { Files = ["-"] };
        var source = new TrafficSources(request, null, stop).Streamed("standard input", input);
        return new TrafficRun([source], request, stop).Read(new ReportContext());
    }

    private static byte[] Packed(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }

    /// <summary>A pipe that brings a little at a time.</summary>
    private sealed class Drops(byte[] bytes, int size) : MemoryStream(bytes)
    {
        private readonly ManualResetEventSlim closed = new();

        /// <summary>Whoever wrote is still there, and says nothing.</summary>
        public bool IsSilentAtEnd { get; init; }

        public ManualResetEventSlim AtEnd { get; } = new();

        public override int Read(Span<byte> buffer)
        {
            var read = base.Read(buffer[..Math.Min(buffer.Length, size)]);
            if (read == 0 && IsSilentAtEnd)
            {
                AtEnd.Set();
                closed.Wait();
            }

            return read;
        }

        protected override void Dispose(bool disposing)
        {
            closed.Set();
            base.Dispose(disposing);
        }
    }

    [Fact]
    public void OtherLogsOfAFolder_AreLeftOut_AlsoBesideAGivenFormat()
    {
        using var folder = new TrafficFolder();
        var (file, _, truth) = folder.Generate(AccessLogShape.Combined, 100_000, seed: 3);
        folder.Write("error.log", "2026/09/21 14:13:20 [error] 1#1: *1 connect() failed (111: Connection refused) while connecting to upstream\n"u8.ToArray());
        var request = new TrafficRequest { Files = [folder.Path], LogFormat = Why502.Logs.AccessLogFormat.CombinedText };
        var report = TrafficFolder.Read(request);
        Assert.Equal((truth.Rows, 0L, file), (report.Rows, report.Malformed, Assert.Single(report.Inputs).Name));
    }

    [Fact]
    public void FormatThatFitsNoRow_IsToldBesideTheOneThatDoes()
    {
        using var folder = new TrafficFolder();
        var (file, _, _) = folder.Generate(AccessLogShape.Combined, 10_000, seed: 3);
        var sources = new TrafficSources(new TrafficRequest { Files = [file], LogFormat = "$request_time $status" }, null);
        Assert.Equal("given", Assert.Single(sources.Find()).FormatSource);
        Assert.Equal((file, Why502.Logs.AccessLogFormat.CombinedText), sources.Mismatch);
    }

    [Fact]
    public void ConfigurationThatIsNone_IsRefused()
    {
        using var folder = new TrafficFolder();
        var (file, _, _) = folder.Generate(AccessLogShape.Combined, 10_000, seed: 3);
        Assert.Contains("is no configuration of nginx", Assert.Throws<UsageException>(() => TrafficConfiguration.Load(file)).Message, StringComparison.Ordinal);
    }

    /// <summary>Opening it would wait for a writer that never comes.</summary>
    [Fact]
    public void Fifo_InAFolder_IsLeftOutWithAWord()
    {
        using var folder = new TrafficFolder();
        folder.Generate(AccessLogShape.Combined, 100_000, seed: 3);
        using (var make = Process.Start("mkfifo", [System.IO.Path.Combine(folder.Path, "access.pipe")]))
        {
            make.WaitForExit();
        }

        var sources = new TrafficSources(new TrafficRequest { Files = [folder.Path] }, null);
        Assert.Single(sources.Find());
        Assert.Contains("access.pipe is left out: it is a FIFO", Assert.Single(sources.Skipped), StringComparison.Ordinal);
    }
}
