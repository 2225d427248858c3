using Why502.Diagnosis;
using Why502.Diagnosis.Readings;
using Xunit;

namespace Why502.Tests.Diagnosis;

/// <summary>What nginx's messages show of an answer's first bytes.</summary>
public sealed class AnswerBytesTests
{
    [Theory]
    [InlineData("upstream-sent-unsupported-fastcgi-protocol-version", "upstream sent unsupported FastCGI protocol version: 72", WireProtocol.Http1)]
    [InlineData("upstream-sent-unsupported-fastcgi-protocol-version", "upstream sent unsupported FastCGI protocol version: 83", WireProtocol.Scgi)]
    [InlineData("upstream-sent-unsupported-fastcgi-protocol-version", "upstream sent unsupported FastCGI protocol version: 21", WireProtocol.Tls)]
    [InlineData("upstream-sent-unsupported-fastcgi-protocol-version", "upstream sent unsupported FastCGI protocol version: 0", null)]
    [InlineData("upstream-sent-too-large-http2-frame-http-grpc", "upstream sent too large http2 frame: 4740180", WireProtocol.Http1)]
    [InlineData("upstream-sent-too-large-http2-frame-http-grpc", "upstream sent too large http2 frame: 1377025", WireProtocol.Tls)]
    [InlineData("upstream-sent-too-large-http2-frame-http-proxy-v2", "upstream sent too large http2 frame: 16777215", null)]
    [InlineData("upstream-sent-invalid-header-http-uwsgi", @"upstream sent invalid header: ""\x15...""", WireProtocol.Tls)]
    [InlineData("upstream-sent-invalid-header-http-scgi", @"upstream sent invalid header: ""\x01...""", WireProtocol.FastCgi)]
    [InlineData("memcached-sent-invalid-response", @"memcached sent invalid response: ""HTTP/1.1 400 Bad Request""", WireProtocol.Http1)]
    public void Message_ShowsTheFirstBytes(string id, string message, WireProtocol? protocol)
        => Assert.Equal(protocol, AnswerBytes.ProtocolOf(AnswerBytes.Shown(id, message)));

    [Theory]
    [InlineData("upstream-sent-invalid-header-http-proxy")]
    [InlineData("upstream-sent-invalid-http2-table-index-http-grpc")]
    [InlineData("upstream-sent-invalid-fastcgi-record-type")]
    public void MessageOfALaterStage_SaysThatTheBeginningWasRight(string id)
        => Assert.Empty(AnswerBytes.Shown(id, "upstream sent invalid header: \"HTTP\\x20...\"")!);

    [Fact]
    public void MessageWithoutBytes_ShowsNothing() => Assert.Null(AnswerBytes.Shown("upstream-sent-no-valid-http-1-0-header", "upstream sent no valid HTTP/1.0 header"));

    /// <summary>GOAWAY with HTTP_1_1_REQUIRED is what a port without HTTP/2 says of itself; any other GOAWAY is HTTP/2's.</summary>
    [Theory]
    [InlineData(13, WireProtocol.Http1)]
    [InlineData(0, WireProtocol.Http2)]
    public void GoAwayAsTheFirstFrame(byte code, WireProtocol protocol)
        => Assert.Equal(protocol, AnswerBytes.ProtocolOf([0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, code]));

    [Fact]
    public void CPong_IsAjp() => Assert.Equal(WireProtocol.Ajp, AnswerBytes.ProtocolOf("AB"u8.ToArray().Concat(new byte[] { 0, 1, 9 }).ToArray()));
}
