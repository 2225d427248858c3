using System.Text;
using Why502.Diagnosis;
using Why502.Host.Probes;
using Xunit;

namespace Why502.Tests.Host.Probes;

/// <summary>memcached's get and a call of gRPC's health service, against bytes of their own; the real servers are in the lab.</summary>
public sealed class CallProbeTests
{
    private static readonly byte[] Settings = Frame.Write(FrameType.Settings, 0, 0, []);

    [Theory]
    [InlineData("END\r\n", ProbeOutcome.Ok, "END")]
    [InlineData("VALUE why502:no-such-key 0 2\r\nok\r\nEND\r\n", ProbeOutcome.Ok, "VALUE")]
    [InlineData("SERVER_ERROR out of memory\r\n", ProbeOutcome.Ok, "SERVER_ERROR")]
    [InlineData("ERROR\r\n", ProbeOutcome.Invalid, null)]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n", ProbeOutcome.Invalid, null)]
    [InlineData("EN", ProbeOutcome.Closed, null)]
    [InlineData("", ProbeOutcome.Closed, null)]
    public async Task MemcachedAnswer_IsItsFirstLine(string answer, ProbeOutcome outcome, string? said)
    {
        await using var server = ScriptedServer.Answering(answer);
        var fact = await Ask.For(new MemcachedGet(server.Address, 2000));
        Assert.Equal((outcome, said), (fact.Outcome, fact.Said));
        Assert.StartsWith("get ", Encoding.ASCII.GetString(server.Received), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(12, "UNIMPLEMENTED")]
    [InlineData(14, "UNAVAILABLE")]
    [InlineData(99, "grpc-status 99")]
    public async Task StatusWithoutMessage_IsNamed(int status, string said)
    {
        await using var server = ScriptedServer.Answering(Settings, Headers(5, (":status", "200"), ("grpc-status", $"{status}")));
        var fact = await Ask.For(new GrpcHealth(server.Address, "grpc", "app.example", 2000));
        Assert.Equal((ProbeOutcome.Ok, 200, said), (fact.Outcome, fact.Status!.Value, fact.Said));
        Assert.Equal(Settings.Length + Headers(5, (":status", "200"), ("grpc-status", $"{status}")).Length, fact.HeaderBytes);
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 0, 2, 8, 1 }, "SERVING")]
    [InlineData(new byte[] { 0, 0, 0, 0, 2, 8, 2 }, "NOT_SERVING")]
    [InlineData(new byte[] { 0, 0, 0, 0, 0 }, "SERVING_UNKNOWN")]
    public async Task HealthServicesWord_IsRead(byte[] message, string said)
    {
        await using var server = ScriptedServer.Answering(Settings, Headers(4, (":status", "200")), Frame.Write(FrameType.Data, 0, 1, message), Headers(5, ("grpc-status", "0")));
        Assert.Equal(said, (await Ask.For(new GrpcHealth(server.Address, "grpc", "app.example", 2000))).Said);
    }

    [Fact]
    public async Task OtherEnds_AreTold()
    {
        await using var http1 = ScriptedServer.Answering("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        Assert.Equal(ProbeOutcome.Invalid, (await Ask.For(new GrpcHealth(http1.Address, "grpc", "a", 2000))).Outcome);
        await using var reset = ScriptedServer.Answering(Settings, Frame.Write(FrameType.ResetStream, 0, 1, [0, 0, 0, 2]));
        var fact = await Ask.For(new GrpcHealth(reset.Address, "grpc", "a", 2000));
        Assert.Equal((ProbeOutcome.Reset, "the server rejected the request with error 2 (RST_STREAM)"), (fact.Outcome, fact.Error));
        await using var away = ScriptedServer.Answering(Settings, Frame.Write(FrameType.GoAway, 0, 0, [0, 0, 0, 0, 0, 0, 0, 11]));
        Assert.Equal(ProbeOutcome.Closed, (await Ask.For(new GrpcHealth(away.Address, "grpc", "a", 2000))).Outcome);
        await using var padded = ScriptedServer.Answering(Settings, Frame.Write(FrameType.Headers, 0xc, 1, [200, 1]));
        Assert.Equal(ProbeOutcome.Invalid, (await Ask.For(new GrpcHealth(padded.Address, "grpc", "a", 2000))).Outcome);
        await using var silent = new ScriptedServer(async (_, stop) => await Task.Delay(Timeout.Infinite, stop));
        Assert.Equal(ProbeOutcome.TimedOut, (await Ask.For(new GrpcHealth(silent.Address, "grpc", "a", 200))).Outcome);
    }

    /// <summary>RFC 7541, C.4.1 and C.6.1 (its fields that no table keeps), and an entry of a table that was not allowed.</summary>
    [Fact]
    public void HeaderBlocks_AreDecoded()
    {
        Assert.Equal([(":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "www.example.com")], HeaderBlock.Read(Convert.FromHexString("828684418cf1e3c2e5f23a6ba0ab90f4ff")));
        Assert.Equal([(":status", "302"), ("cache-control", "private")], HeaderBlock.Read(Convert.FromHexString("488264025885aec3771a4b")));
        Assert.Null(HeaderBlock.Read([0xbe]));
        Assert.Null(HeaderBlock.Read([0x40, 0x85, 1]));
        var long1 = new string('x', 500);
        Assert.Equal([("a", long1)], HeaderBlock.Read(HeaderBlock.Write(("a", long1))));
    }

    private static byte[] Headers(byte flags, params (string, string)[] fields) => Frame.Write(FrameType.Headers, flags, 1, HeaderBlock.Write(fields));
}
