using Why502.Logs.Commands;
using Xunit;

namespace Why502.Tests.Logs.Commands;

public sealed class ClientAnswerTests
{
    [Theory]
    [InlineData("Error: Request failed with status code 502", "\"GET / HTTP/1.1\" 502 0")]
    [InlineData("requests.exceptions.HTTPError: 502 Server Error: Bad Gateway for url: https://tally.example/notes?a=1", "\"GET /notes HTTP/1.1\" 502 0")]
    [InlineData("urllib.error.HTTPError: HTTP Error 504: Gateway Timeout", "\"GET / HTTP/1.1\" 504 0")]
    [InlineData("fatal: unable to access 'https://tally.example/a.git/': The requested URL returned error: 502", "\"GET /a.git/ HTTP/1.1\" 502 0")]
    [InlineData("GET https://tally.example/api 502 (Bad Gateway)", "\"GET /api HTTP/1.1\" 502 0")]
    [InlineData("Failed to load resource: the server responded with a status of 504 (Gateway Time-out)", "\"GET / HTTP/1.1\" 504 0")]
    [InlineData("java.io.IOException: Server returned HTTP response code: 502 for URL: https://tally.example/", "\"GET / HTTP/1.1\" 502 0")]
    [InlineData("since the update nginx only returns 502 to everybody", "\"GET / HTTP/1.1\" 502 0")]
    [InlineData("depuis, nginx répond par 504", "\"GET / HTTP/1.1\" 504 0")]
    [InlineData("and all I get is a 502 error", "\"GET / HTTP/1.1\" 502 0")]
    [InlineData("since the update all pages give 502", "\"GET / HTTP/1.1\" 502 0")]
    [InlineData("my colleagues are seeing only a 504 there", "\"GET / HTTP/1.1\" 504 0")]
    public void ReportOfAClient_IsARow(string line, string row) => Assert.Equal(row, Assert.Single(Read(line)).Row);

    [Theory]
    [InlineData("connection 502 was closed")]
    [InlineData("status code 200")]
    [InlineData("upstream 10.0.0.1:502 Bad")]
    [InlineData("took 0.502 s")]
    [InlineData("error_page 500 502 503 504 /50x.html;")]
    [InlineData("    # nginx shows this page for 502")]
    [InlineData("location = /502.html {")]
    [InlineData("root 502 0.0 nginx: worker process")]
    [InlineData("nginx/1.24.0 build 502")]
    [InlineData("it shows 502 files")]
    [InlineData("the query returned 504 ms later")]
    public void OtherNumber_IsNone(string line) => Assert.Empty(Read(line));

    private static List<ToldByClient> Read(string text)
        => [.. new ClientAnswer().Read(Paste.Of(text)).OfType<ToldByClient>()];
}
