using System.Net.Sockets;
using System.Text;
using Why502.Diagnosis;
using Xunit;

namespace Why502.Tests.Host.Probes;

/// <summary>Greetings without a request, against servers that answer, refuse, close, hang or talk nonsense.</summary>
public sealed class PortProbeTests
{
    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n", WireProtocol.Http1)]
    [InlineData("\0\0\u0012\u0004\0\0\0\0\0", WireProtocol.Http2)]
    [InlineData("\u0015\u0003\u0001\0\u0002\u0002\u0016", WireProtocol.Tls)]
    [InlineData("\u0001\n\0\0\0\0\0\0", WireProtocol.FastCgi)]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", WireProtocol.Other)]
    public async Task FirstBytes_TellTheProtocol(string answer, WireProtocol spoken)
    {
        await using var server = ScriptedServer.Answering(answer);
        Assert.Equal(spoken, (await Ask.For(Question(server))).Spoken);
    }

    [Fact]
    public async Task NoGreeting_CarriesARequest()
    {
        await using var server = ScriptedServer.Answering("HTTP/1.1 505 HTTP Version Not Supported\r\n\r\n");
        await Ask.For(Question(server));
        Assert.StartsWith("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Encoding.Latin1.GetString(server.Received), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nonsense_IsNoProtocol()
    {
        await using var server = ScriptedServer.Answering("\u00ff\u00fenothing that is known");
        var fact = await Ask.For(Question(server));
        Assert.Null(fact.Spoken);
        Assert.NotNull(fact.FirstBytes);
    }

    /// <summary>Who answers any line does not wait for a PROXY header.</summary>
    [Theory]
    [InlineData("PROXY UNKNOWN\r\nPRI * HTTP/2.0\r\n", true)]
    [InlineData("PRO", false)]
    [InlineData("\u0001", false)]
    public async Task PortThatAnswersBehindAProxyHeaderOnly_ExpectsOne(string answered, bool expects)
    {
        await using var server = new ScriptedServer(async (socket, stop) =>
        {
            var buffer = new byte[4096];
            var count = await socket.ReceiveAsync(buffer, stop);
            if (Encoding.Latin1.GetString(buffer, 0, count).StartsWith(answered, StringComparison.Ordinal))
            {
                await socket.SendAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(), stop);
            }

            socket.Shutdown(SocketShutdown.Send);
        });
        var fact = await Ask.For(Question(server));
        Assert.Equal(expects, fact.ExpectsProxyHeader);
    }

    private static PortProtocol Question(ScriptedServer server) => new(server.Address);
}
