using System.Text;
using Why502.Diagnosis;
using Xunit;

namespace Why502.Tests.Host.Probes;

public sealed class FastCgiProbeTests
{
    private const string StatusPage = """{"pool":"www","process manager":"static","start time":1,"accepted conn":77,"listen queue":3,"max listen queue":9,"listen queue len":511,"idle processes":1,"active processes":4,"total processes":5,"max active processes":5,"max children reached":2,"slow requests":6}""";

    [Fact]
    public async Task Answer_IsMeasuredWithItsRecordHeaders()
    {
        const string header = "Status: 404 Not Found\r\nX-Powered-By: PHP/8.2\r\nContent-type: text/html\r\n\r\n";
        await using var server = ScriptedServer.Answering(Record(7, "PHP message: oops"), Record(6, header + "abc"), Record(6, "de"), End());
        var fact = await Ask.For(Question(server));
        Assert.Equal((ProbeOutcome.Ok, 404, 5L), (fact.Outcome, fact.Status, fact.BodyBytes));
        Assert.Equal(8 + header.Length, fact.HeaderBytes);
        Assert.Equal("stderr: PHP message: oops", fact.Error);
    }

    [Fact]
    public async Task Request_CarriesNginxsParameters()
    {
        await using var server = ScriptedServer.Answering(Record(6, "\r\n"), End());
        await Ask.For(Question(server));
        var sent = Encoding.Latin1.GetString(server.Received);
        Assert.StartsWith("\u0001\u0001\0\u0001\0\u0008\0\0\0\u0001\0\0\0\0\0\0", sent, StringComparison.Ordinal);
        Assert.Contains("\u000f\u0012SCRIPT_FILENAME/srv/www/index.php", sent, StringComparison.Ordinal);
        Assert.Contains("\u000d\u0008DOCUMENT_ROOT/srv/www", sent, StringComparison.Ordinal);
        Assert.Contains("\u000e\u0003REQUEST_METHODGET", sent, StringComparison.Ordinal);
        Assert.Contains("\u000c\0QUERY_STRING", sent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HeaderAcrossRecordsAndPadding_IsPutTogether()
    {
        await using var server = ScriptedServer.Answering(Record(6, "Content-type: te", 3), Record(6, "xt/html\r\n\r", 7), Record(6, "\nbody"), End());
        var fact = await Ask.For(Question(server));
        Assert.Equal((ProbeOutcome.Ok, 200, 4L), (fact.Outcome, fact.Status, fact.BodyBytes));
        Assert.Equal(8 + 16 + 3 + 8 + 10 + 7 + 8 + 1, fact.HeaderBytes);
    }

    [Fact]
    public async Task HttpServer_IsNoFastCgi()
    {
        await using var server = ScriptedServer.Answering("HTTP/1.1 400 Bad Request\r\n\r\n");
        var fact = await Ask.For(Question(server));
        Assert.Equal((ProbeOutcome.Invalid, "unsupported FastCGI protocol version: 72"), (fact.Outcome, fact.Error));
        Assert.StartsWith("HTTP/1.1 400", fact.FirstBytes, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EndWithoutHeader_IsClosed()
    {
        await using var server = ScriptedServer.Answering(End());
        Assert.Equal(ProbeOutcome.Closed, (await Ask.For(Question(server))).Outcome);
    }

    [Fact]
    public async Task ClosedWithoutAnswer_IsClosed()
    {
        await using var server = ScriptedServer.Answering("");
        Assert.Equal(ProbeOutcome.Closed, (await Ask.For(Question(server))).Outcome);
    }

    [Fact]
    public async Task FloodOfStderr_IsCutOffByPatience()
    {
        var block = Record(7, new string('x', 60_000));
        await using var server = new ScriptedServer(async (socket, stop) =>
        {
            while (true)
            {
                await socket.SendAsync(block, stop);
            }
        });
        var fact = await Ask.For(Question(server, 200));
        Assert.Equal(ProbeOutcome.TimedOut, fact.Outcome);
        Assert.True(fact.Error!.Length < 1000);
    }

    [Fact]
    public async Task FpmStatus_IsRead()
    {
        await using var server = ScriptedServer.Answering(Record(6, "Content-Type: application/json\r\n\r\n" + StatusPage), End());
        var fact = await Ask.For(new FpmStatus(server.Address, "/status"));
        Assert.Equal(new FpmStatusFact("www", "static", 3, 9, 511, 1, 4, 5, 5, 2, 6, 77), fact);
        Assert.Contains("QUERY_STRINGjson", Encoding.Latin1.GetString(server.Received), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Status: 404 Not Found\r\n\r\nFile not found.")]
    [InlineData("Content-Type: text/html\r\n\r\n<html>")]
    [InlineData("\r\n[[[[[[[[[[[[[[[[[[[[")]
    [InlineData("\r\n{\"pool\":7}")]
    public async Task OtherPage_IsUnobservedOrEmpty(string text)
    {
        await using var server = ScriptedServer.Answering(Record(6, text), End());
        var answer = await Ask.ForAnswer(new FpmStatus(server.Address, "/status"));
        Assert.True(answer.Fact is null == answer.Unobserved is not null);
    }

    private static FastCgiGet Question(ScriptedServer server, int patienceMs = 3000)
        => new(server.Address, "/srv/www/index.php", "/index.php", "app.example", patienceMs);

    private static byte[] End() => Record(3, "\0\0\0\0\0\0\0\0");

    private static byte[] Record(byte type, string content, byte padding = 0)
        => [1, type, 0, 1, (byte)(content.Length >> 8), (byte)content.Length, padding, 0, .. Encoding.Latin1.GetBytes(content), .. new byte[padding]];
}
