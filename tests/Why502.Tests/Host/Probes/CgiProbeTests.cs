using System.Text;
using Why502.Diagnosis;
using Xunit;

namespace Why502.Tests.Host.Probes;

/// <summary>GETs over uwsgi and SCGI, whose answers have a status line or a CGI header.</summary>
public sealed class CgiProbeTests
{
    [Theory]
    [InlineData("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno", 404)]
    [InlineData("Status: 503 Busy\r\nContent-Length: 2\r\n\r\nno", 503)]
    [InlineData("Content-Type: text/plain\r\n\r\nok", 200)]
    public async Task UwsgiAnswer_HasAStatus(string answer, int status)
    {
        await using var server = ScriptedServer.Answering(answer);
        var fact = await Ask.For(new UwsgiGet(server.Address, "/shop", "shop.example", 1000));
        Assert.Equal((ProbeOutcome.Ok, status, 2L), (fact.Outcome, fact.Status, fact.BodyBytes));
    }

    [Fact]
    public async Task UwsgiRequest_CarriesItsSizeAndPath()
    {
        await using var server = ScriptedServer.Answering("Status: 200 OK\r\n\r\n");
        await Ask.For(new UwsgiGet(server.Address, "/shop", "shop.example", 1000));
        var sent = server.Received;
        Assert.Equal((0, sent.Length - 4, 0), (sent[0], sent[1] | (sent[2] << 8), sent[3]));
        Assert.Contains("PATH_INFO\u0005\0/shop", Encoding.Latin1.GetString(sent), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ScgiRequest_IsOneNetstring()
    {
        await using var server = ScriptedServer.Answering("Status: 200 OK\r\n\r\n");
        Assert.Equal(200, (await Ask.For(new ScgiGet(server.Address, "/shop", "shop.example", 1000))).Status);
        var sent = Encoding.Latin1.GetString(server.Received);
        var colon = sent.IndexOf(':', StringComparison.Ordinal);
        Assert.Equal(sent.Length - colon - 2, int.Parse(sent[..colon], System.Globalization.CultureInfo.InvariantCulture));
        Assert.StartsWith("CONTENT_LENGTH\00\0SCGI\0", sent[(colon + 1)..], StringComparison.Ordinal);
        Assert.EndsWith(",", sent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ServerThatHangs_TimesOut()
    {
        await using var server = new ScriptedServer(async (socket, stop) => await Task.Delay(Timeout.Infinite, stop));
        Assert.Equal(ProbeOutcome.TimedOut, (await Ask.For(new ScgiGet(server.Address, "/", "shop.example", 200))).Outcome);
    }
}
