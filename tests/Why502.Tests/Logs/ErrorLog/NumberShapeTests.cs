using System.Text;
using Why502.Logs;
using Xunit;

namespace Why502.Tests.Logs;

/// <summary>Messages that differ in numbers are decided about once, but never where a number says what happened.</summary>
public class NumberShapeTests
{
    [Theory]
    [InlineData("an upstream response is buffered to a temporary file /var/cache/nginx/proxy_temp/3/21/0000000213 while reading upstream", true)]
    [InlineData("open() \"/srv/www/old/77.html\" failed (2: No such file or directory)", true)]
    [InlineData("limiting requests, excess: 10.480 by zone \"perip\"", true)]
    [InlineData("SSL_do_handshake() failed (SSL: error:0A000086:SSL routines::certificate verify failed) while SSL handshaking to upstream", false)]
    [InlineData("accept() failed (24: Too many open files) while accepting new connection on 0.0.0.0:80", false)]
    [InlineData("open() \"/a (1: b) 7\" failed", false)]
    [InlineData("too long http2 header name: \"17\"", false)]
    [InlineData("something while reading 8 bytes while reading upstream", false)]
    public void AShape_HoldsForAllNumbers(string message, bool holds)
    {
        byte[] shape = new byte[message.Length];
        Assert.True(NumberShape.TryWrite(Encoding.UTF8.GetBytes(message), shape));
        Assert.Equal(holds, NumberShape.HoldsForAll(shape));
    }

    [Fact]
    public void ParenthesisWithinTheErrnos_LeavesNoShape()
    {
        var message = Encoding.UTF8.GetBytes("writev() failed (32: Relais brisé (pipe)) while sending request to upstream");
        Assert.False(NumberShape.TryWrite(message, new byte[message.Length]));
    }

    [Fact]
    public void NumbersThatNeverComeAgain_FoldAlikeBothWays()
    {
        (int Number, string Text)[] errors = [(2, "No such file or directory"), (13, "Permission denied"), (24, "Too many open files"), (11, "Resource temporarily unavailable"), (32, "Relais brisé (pipe)"), (104, "Datenübergabe unterbrochen (broken pipe)")];
        string[] texts =
        [
            "connect() to unix:/run/php{0}.sock failed ({1}) while connecting to upstream",
            "open() \"/srv/www/old/{0}.html\" failed ({1})",
            "an upstream response is buffered to a temporary file /var/cache/{0} while reading upstream",
            "limiting requests, excess: {0}.{0} by zone \"perip\"",
            "client intended to send too large body: {0} bytes",
            "too long http{0} header name: \"{0}\"",
            "upstream sent HTTP/{0} header ({1}) while reading response header from upstream",
            "mymodule: cannot do {0} things",
            "x{0}.internal could not be resolved ({0}: Host not found)",
        ];
        Random random = new(7);
        StringBuilder log = new();
        for (int i = 0; i < 6000; i++)
        {
            (int number, string text) = errors[random.Next(errors.Length)];
            string message = string.Format(texts[random.Next(texts.Length)], random.Next(4) == 0 ? random.Next(4) : random.Next(10_000), $"{number}: {text}");
            log.Append($"2026/11/20 22:{i / 60 % 60:00}:{i % 60:00} [error] 7#7: *{i} {message}, client: 192.0.2.7, server: a, request: \"GET / HTTP/1.1\", upstream: \"http://10.0.0.{i % 2}:80/\", host: \"a\"\n");
        }

        ErrorLogSummary s = BothWays.Agree(Encoding.UTF8.GetBytes(log.ToString()), 30_000, 4096);
        Assert.Equal(6000, s.Records);
        Assert.Equal([2, 11, 13, 24, 32, 104], s.Groups.Where(g => g.Message.StartsWith("open()", StringComparison.Ordinal)).Select(g => g.Errno).OfType<int>().Distinct().Order());
    }
}
