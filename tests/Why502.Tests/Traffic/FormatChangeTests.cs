using System.Text;
using Why502.Cli.Traffic;
using Why502.Logs;
using Xunit;

namespace Why502.Tests.Traffic;

/// <summary>A log that goes over to another format is read by both.</summary>
public sealed class FormatChangeTests
{
    private static string Row(int second, string behind)
        => $"192.0.2.{second % 9} - - [{new DateTime(2026, 9, 21, 14, 0, 0).AddSeconds(second):dd/MMM/yyyy:HH:mm:ss} +0000] \"GET /users/{second} HTTP/1.1\" {(second % 50 == 0 ? 502 : 200)} 5 \"-\" \"curl\"{behind}\n";

    private static string Timed(int second) => Row(second, $" rt=0.0{second % 90 + 10} ua=\"10.0.0.{second % 3}:80\" us=\"{(second % 50 == 0 ? 502 : 200)}\"");

    [Theory]
    [InlineData(40, 40)]
    [InlineData(1, 3000)]
    [InlineData(20_000, 15)]
    [InlineData(9000, 7777)]
    public void RowsBeforeAndBehind_AreCountedByTheirOwn(int before, int behind)
    {
        using var folder = new TrafficFolder();
        var text = new StringBuilder();
        for (var i = 0; i < before + behind; i++)
        {
            text.Append(i < before ? Row(i, "") : Timed(i));
        }

        var report = TrafficFolder.Read(folder.Write("access.log", Encoding.ASCII.GetBytes(text.ToString())));
        Assert.Equal((before + behind, before == 1 ? 1 : 0), (report.Rows + report.Malformed, report.Malformed));
        Assert.Equal(behind, report.Upstreams.Sum(upstream => upstream.Attempts));
        Assert.Equal(before == 1 ? 1 : 2, report.Inputs.Count);
        Assert.Equal(text.Length, report.Inputs.Sum(input => input.Bytes));
    }

    [Fact]
    public void ThreeFormats_AreThreeParts_AndAnOddRowHasItsLine()
    {
        using var folder = new TrafficFolder();
        var text = new StringBuilder();
        for (var i = 0; i < 3000; i++)
        {
            text.Append(i < 1000 ? Row(i, "") : i < 2000 ? Row(i, " 0.010") : Timed(i)).Append(i == 2500 ? "what is this?\n" : "");
        }

        var report = TrafficFolder.Read(folder.Write("access.log", Encoding.ASCII.GetBytes(text.ToString())));
        Assert.Equal((3000, 1, 3), (report.Rows, report.Malformed, report.Inputs.Count));
        Assert.Equal(2000, report.RequestTime!.Count);
        Assert.Equal((2502, "what is this?"), (Assert.Single(report.MalformedSamples).Line, report.MalformedSamples[0].Text));
    }

    /// <summary>Of a compressed log, or a pipe, nothing is known but what has come.</summary>
    [Theory]
    [InlineData(40, 40, 0)]
    [InlineData(20_000, 15, 0)]
    [InlineData(9000, 7777, 0)]
    [InlineData(9000, 7777, 300)]
    [InlineData(120, 60_000, 90)]
    public void LogsThatComeOnce_AreCountedAsPlainOnesAre(int before, int behind, int between)
    {
        using var folder = new TrafficFolder();
        var text = new StringBuilder();
        for (var i = 0; i < before + between + behind; i++)
        {
            text.Append(i < before ? Row(i, "") : i < before + between ? Row(i, " 0.010") : Timed(i));
        }

        var bytes = Encoding.ASCII.GetBytes(text.ToString());
        using var packed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(bytes);
        }

        var report = TrafficFolder.Read(folder.Write("access.log.gz", packed.ToArray()));
        Assert.Equal((before + between + behind, 0), (report.Rows, report.Malformed));
        Assert.Equal((behind, between + behind), (report.Upstreams.Sum(upstream => upstream.Attempts), report.RequestTime!.Count));
        Assert.Equal((between == 0 ? 2 : 3, packed.Length), (report.Inputs.Count, report.Inputs.Sum(input => input.Bytes)));
    }

    [Fact]
    public void LogThatEndsInSomethingElse_KeepsItsFormat()
    {
        using var folder = new TrafficFolder();
        var text = string.Concat(Enumerable.Range(0, 200).Select(i => Row(i, ""))) + string.Concat(Enumerable.Repeat("nothing that is a row\n", 30));
        var report = TrafficFolder.Read(folder.Write("access.log", Encoding.ASCII.GetBytes(text)));
        Assert.Equal((200, 30, 1), (report.Rows, report.Malformed, report.Inputs.Count));
    }

    [Fact]
    public void OddRowBehindTheBeginningOfAWindow_HasItsLine()
    {
        using var folder = new TrafficFolder();
        var text = string.Concat(Enumerable.Range(0, 20_000).Select(i => Row(i, ""))) + "what is this?\n" + Row(20_000, "");
        var request = new TrafficRequest { Files = [folder.Write("access.log", Encoding.ASCII.GetBytes(text))], Since = new DateTimeOffset(2026, 9, 21, 19, 30, 0, TimeSpan.Zero) };
        Assert.Equal(20_001, Assert.Single(TrafficFolder.Read(request).MalformedSamples).Line);
    }
}
