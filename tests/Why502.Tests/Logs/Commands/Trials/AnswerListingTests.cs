using Why502.Logs.Commands;
using Xunit;

namespace Why502.Tests.Logs.Commands;

public sealed class AnswerListingTests
{
    [Theory]
    [InlineData("HTTP/1.1 502 Bad Gateway\nServer: nginx/1.26.2\nContent-Length: 157", "curl -i http://tally.example/notes", "\"GET /notes HTTP/1.1\" 502 0")]
    [InlineData("> GET /notes?all=1 HTTP/1.1\n> Host: tally.example\n< HTTP/1.1 504 Gateway Time-out\n< Server: openresty/1.25.3.1", null, "\"GET /notes?all=1 HTTP/1.1\" 504 0")]
    [InlineData("HTTP/2 503\nserver: angie/1.8", "curl -I https://tally.example", "\"HEAD / HTTP/1.1\" 503 0")]
    [InlineData("HTTP/1.1 502 Bad Gateway\n\n<hr><center>nginx</center>", "curl -i http://192.0.2.4:8080/", "\"GET / HTTP/1.1\" 502 0")]
    [InlineData("HTTP/1.1 502 Bad Gateway", null, "\"GET / HTTP/1.1\" 502 0")]
    [InlineData("HTTP/1.1 301 Moved\nServer: nginx\n\nHTTP/1.1 502 Bad Gateway\nServer: nginx", "curl -iL http://tally.example/", "\"GET / HTTP/1.1\" 502 0")]
    public void GatewayErrorOfNginx_IsARowOfItsLog(string text, string? command, string row)
        => Assert.Equal(row, Assert.Single(Read(text, command)).Row);

    [Theory]
    [InlineData("HTTP/1.1 502 Bad Gateway\nServer: gunicorn", "curl -i http://tally.example/")]
    [InlineData("HTTP/1.1 502 Bad Gateway", "curl -i http://127.0.0.1:3000/")]
    [InlineData("HTTP/1.1 200 OK\nServer: nginx", "curl -i http://tally.example/")]
    [InlineData("HTTP/1.1 502 Bad Gateway\nServer: nginx\n\nHTTP/1.1 200 OK\nServer: nginx", "curl -iL http://tally.example/")]
    public void OthersAnswer_IsNone(string text, string command) => Assert.Empty(Read(text, command));

    private static List<AnsweredByNginx> Read(string text, string? command)
        => [.. new AnswerListing().Read(Paste.Of(text, command)).OfType<AnsweredByNginx>()];
}
