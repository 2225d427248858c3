using System.Net.Sockets;
using System.Text;
using Why502.Diagnosis;
using Xunit;

namespace Why502.Tests.Host.Probes;

public sealed class HttpProbeTests
{
    [Fact]
    public async Task GoodAnswer_IsMeasured()
    {
        const string header = "HTTP/1.1 200 OK\r\nServer: gunicorn\r\nX-Long: 0123456789012345678901234567890\r\nContent-Length: 5\r\n\r\n";
        await using var server = ScriptedServer.Answering(header + "hello");
        var fact = await Ask.For(Ask.Get(server));
        Assert.Equal((ProbeOutcome.Ok, 200, header.Length, 5), (fact.Outcome, fact.Status, fact.HeaderBytes, fact.BodyBytes));
        Assert.Equal(("X-Long", 41, "gunicorn"), (fact.LargestHeader, fact.LargestHeaderBytes, fact.Server));
        Assert.True(fact.ConnectMs <= fact.HeaderMs && fact.HeaderMs <= fact.TotalMs);
    }

    [Fact]
    public async Task Request_IsWhatNginxWouldSend()
    {
        await using var server = ScriptedServer.Answering("HTTP/1.1 204 No Content\r\n\r\n");
        await Ask.For(new HttpGet(server.Address, "http", "app.example:8080", "/a b?token=1\r\nX: y", "1.0", 700));
        var request = Encoding.ASCII.GetString(server.Received);
        Assert.StartsWith("GET /a%20b%3Ftoken=1%0D%0AX:%20y HTTP/1.0\r\nHost: app.example:8080\r\nConnection: close\r\n", request, StringComparison.Ordinal);
        Assert.DoesNotContain("Cookie", request, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Authorization", request, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("HTTP/1.1 200\r\n\r\n", 200)]
    [InlineData("HTTP/1.0 404 Not Found\n\n", 404)]
    [InlineData("HTTP/1.1 403.6 Forbidden\r\n\r\n", 403)]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 503 Busy\r\n\r\n", 503)]
    [InlineData("HTTP/1.1 200 OK\r\nno colon here\r\n\r\n", null)]
    [InlineData("HTTP/1.1 200 OK\r\nnocolon\r\nHTTP/1.1 200 again\r\n\r\n", 200)]
    public async Task StatusLines_AreTakenAsNginxTakesThem(string text, int? status)
    {
        await using var server = ScriptedServer.Answering(text);
        var fact = await Ask.For(Ask.Get(server));
        Assert.Equal(status is null ? ProbeOutcome.Invalid : ProbeOutcome.Ok, fact.Outcome);
        Assert.Equal(status ?? 200, fact.Status);
    }

    [Fact]
    public async Task InterimAnswer_IsNotPartOfTheHeader()
    {
        await using var server = ScriptedServer.Answering("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n");
        Assert.Equal("HTTP/1.1 200 OK\r\n\r\n".Length, (await Ask.For(Ask.Get(server))).HeaderBytes);
    }

    [Theory]
    [InlineData("220 mail.example ESMTP\r\n", "220 mail.example ESMTP")]
    [InlineData("\u0015\u0003\u0001\0\u0002\u0002P", "\\x15\\x03")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", "SSH-2.0")]
    public async Task OtherProtocol_IsInvalidAndShown(string text, string shown)
    {
        await using var server = ScriptedServer.Answering(text);
        var fact = await Ask.For(Ask.Get(server));
        Assert.Equal((ProbeOutcome.Invalid, null), (fact.Outcome, fact.Status));
        Assert.StartsWith(shown, fact.FirstBytes, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ClosedWithoutAnswer_IsClosed()
    {
        await using var server = ScriptedServer.Answering("");
        var fact = await Ask.For(Ask.Get(server));
        Assert.Equal((ProbeOutcome.Closed, 0L), (fact.Outcome, fact.HeaderBytes));
        Assert.Contains("without a response", fact.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ClosedWithinHeader_IsClosedWithItsBytes()
    {
        await using var server = ScriptedServer.Answering("HTTP/1.1 200 OK\r\nServer: x\r\n");
        var fact = await Ask.For(Ask.Get(server));
        Assert.Equal((ProbeOutcome.Closed, null, 28L), (fact.Outcome, fact.HeaderMs, fact.HeaderBytes));
    }

    [Fact]
    public async Task ResetInsteadOfAnswer_IsReset()
    {
        await using var server = new ScriptedServer(async (socket, stop) =>
        {
            await socket.ReceiveAsync(new byte[1], stop);
            socket.LingerState = new LingerOption(true, 0);
            socket.Close();
        });
        var fact = await Ask.For(Ask.Get(server));
        Assert.Equal((ProbeOutcome.Reset, 104), (fact.Outcome, fact.Errno));
    }

    [Fact]
    public async Task SilentPeer_TimesOutAfterItsPatience()
    {
        await using var server = new ScriptedServer((_, stop) => Task.Delay(Timeout.Infinite, stop));
        var fact = await Ask.For(Ask.Get(server, patienceMs: 120));
        Assert.Equal(ProbeOutcome.TimedOut, fact.Outcome);
        Assert.NotNull(fact.ConnectMs);
        Assert.InRange(fact.TotalMs, 100, 5000);
    }

    [Fact]
    public async Task SilentPeer_EndsWithTheBudget()
    {
        await using var server = new ScriptedServer((_, stop) => Task.Delay(Timeout.Infinite, stop));
        using var budget = new CancellationTokenSource(100);
        var answer = await Ask.ForAnswer(Ask.Get(server, patienceMs: 60_000), cancellation: budget.Token);
        Assert.Equal("not finished within the time limit", answer.Unobserved);
    }

    [Fact]
    public async Task DrippingHeader_TimesOut()
    {
        await using var server = new ScriptedServer(async (socket, stop) =>
        {
            await socket.SendAsync("HTTP/1.1 200 OK\r\nX: "u8.ToArray(), stop);
            while (true)
            {
                await socket.SendAsync("a"u8.ToArray(), stop);
                await Task.Delay(10, stop);
            }
        });
        var fact = await Ask.For(Ask.Get(server, patienceMs: 900));
        Assert.Equal((ProbeOutcome.TimedOut, 200), (fact.Outcome, fact.Status));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nX: ", ProbeOutcome.Invalid)]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n", ProbeOutcome.Ok)]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\n", ProbeOutcome.Invalid)]
    public async Task Flood_IsCutOff(string beginning, ProbeOutcome outcome)
    {
        var unit = beginning.Contains("100", StringComparison.Ordinal) ? beginning : "aaaaaaaaaaaaaaaa";
        var block = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(unit, 4096)));
        await using var server = new ScriptedServer(async (socket, stop) =>
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes(beginning), stop);
            while (true)
            {
                await socket.SendAsync(block, stop);
            }
        });
        var fact = await Ask.For(Ask.Get(server, patienceMs: 3000));
        Assert.Equal(outcome, fact.Outcome);
        Assert.InRange(fact.BodyBytes, 0, 128 * 1024);
        Assert.InRange(fact.HeaderBytes, 0, 512 * 1024);
    }

    [Theory]
    [InlineData("Content-Length: 10\r\n\r\nhalf", ProbeOutcome.Closed, 4)]
    [InlineData("Content-Length: 4\r\n\r\nfull and more", ProbeOutcome.Ok, 4)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n4\r\nfull\r\n0\r\n\r\n", ProbeOutcome.Ok, 4)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nA;x=y\r\n0123456789\r\n0\r\nT: v\r\n\r\n", ProbeOutcome.Ok, 10)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n4\r\nfull\r\n", ProbeOutcome.Closed, 4)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nnonsense", ProbeOutcome.Invalid, 0)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nfffffffffffffffffffff\r\n", ProbeOutcome.Invalid, 0)]
    [InlineData("\r\nuntil close", ProbeOutcome.Ok, 11)]
    public async Task Body_EndsWhereItEnds(string rest, ProbeOutcome outcome, long bytes)
    {
        await using var server = ScriptedServer.Answering("HTTP/1.1 200 OK\r\n" + rest);
        var fact = await Ask.For(Ask.Get(server));
        Assert.Equal((outcome, 200, bytes), (fact.Outcome, fact.Status, fact.BodyBytes));
    }

    [Fact]
    public async Task StalledBody_IsOkWithARemark()
    {
        await using var server = new ScriptedServer(async (socket, stop) =>
        {
            await socket.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"u8.ToArray(), stop);
            await Task.Delay(Timeout.Infinite, stop);
        });
        var fact = await Ask.For(Ask.Get(server));
        Assert.Equal((ProbeOutcome.Ok, 200, 4L), (fact.Outcome, fact.Status, fact.BodyBytes));
        Assert.Contains("body had not ended", fact.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redirect_IsNotFollowed()
    {
        var connections = 0;
        await using var server = new ScriptedServer(async (socket, stop) =>
        {
            Interlocked.Increment(ref connections);
            await socket.SendAsync("HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), stop);
        });
        Assert.Equal(302, (await Ask.For(Ask.Get(server))).Status);
        Assert.Equal(1, connections);
    }

    [Fact]
    public async Task UnixSocket_IsSpokenTo()
    {
        await using var server = ScriptedServer.Answering(Ask.TempPath("app.sock"), "HTTP/1.0 200 OK\r\n\r\nx"u8.ToArray());
        Assert.Equal(200, (await Ask.For(Ask.Get(server))).Status);
    }

    [Fact]
    public async Task PlainPortAskedInTls_SaysSo()
    {
        await using var server = ScriptedServer.Answering("HTTP/1.1 400 Bad Request\r\n\r\n");
        var fact = await Ask.For(new HttpGet(server.Address, "https", "app.example", "/", "1.1", 2000));
        Assert.Equal(ProbeOutcome.TlsFailed, fact.Outcome);
        Assert.Contains("wrong version number", fact.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UrlThroughNginx_KeepsItsQueryAndDropsItsCredentials()
    {
        await using var server = ScriptedServer.Answering("HTTP/1.1 200 OK\r\n\r\n");
        var answer = await Ask.ForAnswer(new GetThroughNginx($"http://user:secret@{server.Address}/a?b=c#d", 700));
        var request = Encoding.ASCII.GetString(server.Received);
        Assert.StartsWith($"GET /a?b=c HTTP/1.1\r\nHost: {server.Address}\r\n", request, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", request + answer.Provenance.How, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ftp://127.0.0.1/")]
    [InlineData("/relative")]
    [InlineData("file:///etc/passwd")]
    public async Task OtherSchemes_AreNotAsked(string url) => Assert.Null((await Ask.ForAnswer(new GetThroughNginx(url, 500))).Fact);
}
