using Why502.Diagnosis;
using Xunit;

namespace Why502.Tests.Diagnosis;

/// <summary>A GOAWAY that says HTTP_1_1_REQUIRED speaks of the port, any other of the connection or the server.</summary>
public sealed class ProtocolRefusalTests
{
    [Theory]
    [InlineData(13, "protocol-mismatch")]
    [InlineData(11, "h2-stream-rejected")]
    public void GoAway(int code, string cause)
    {
        var found = Scene.Run(new Case("", $"upstream sent goaway with error {code} while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"POST /a.B/C HTTP/2.0\", upstream: \"grpc://127.0.0.1:5000\", host: \"shop.example\"",
            "grpc_pass grpc://127.0.0.1:5000;", scene => scene.Listens("127.0.0.1:5000", "dotnet", 812))).Findings[0];
        Assert.Equal(cause, found.Cause.Id);
        Assert.True(found.Confidence >= 0.7, $"{found.Confidence}");
    }

    /// <summary>What a server says before it was asked: in the clear where nginx speaks TLS, in another protocol where it does not.</summary>
    [Theory]
    [InlineData("grpcs", "tls-plaintext-upstream")]
    [InlineData("grpc", "protocol-mismatch")]
    public void AnswerBeforeTheRequest(string scheme, string cause)
        => Assert.Equal(cause, Scene.Run(new Case("", $"upstream prematurely sent response while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"POST /a.B/C HTTP/2.0\", upstream: \"{scheme}://127.0.0.1:5000\", host: \"shop.example\"",
            $"grpc_pass {scheme}://127.0.0.1:5000;", scene => scene.Listens("127.0.0.1:5000", "app", 812))).Findings[0].Cause.Id);

    /// <summary>An HTTP server waits for the end of a request line that FastCGI does not have; a PHP pool that is slow looks the same in the log.</summary>
    [Theory]
    [InlineData("gunicorn", "protocol-mismatch")]
    [InlineData("php-fpm", "upstream-slow")]
    public void TimeOutsOfWhatSpeaksHttp(string stack, string cause)
    {
        var found = Scene.Run(new Case("", string.Join('\n', Enumerable.Repeat("upstream timed out (110: Connection timed out) while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"fastcgi://127.0.0.1:8000\", host: \"shop.example\"", 8)),
            "fastcgi_pass 127.0.0.1:8000; fastcgi_read_timeout 5s;", scene => scene.Listens("127.0.0.1:8000", stack, 812).Limits("127.0.0.1:8000", new() { Stack = stack }))).Findings[0];
        Assert.Equal(cause, found.Cause.Id);
        Assert.True(found.Confidence >= 0.5 || cause == "upstream-slow", $"{found.Confidence}");
    }
}
