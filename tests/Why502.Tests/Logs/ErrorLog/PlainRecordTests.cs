using System.Text;
using Why502.Logs;
using Xunit;

namespace Why502.Tests.Logs;

/// <summary>What is remembered of earlier records must never stand for one that reads otherwise: generated logs, mutated ones, and every cut between blocks.</summary>
public class PlainRecordTests
{
    private static readonly string[] Messages =
    [
        "[error] {0}: *{1} connect() failed (111: Connection refused) while connecting to upstream{2}",
        "[error] {0}: *{1} upstream timed out (110: Connection timed out) while reading response header from upstream{2}",
        "[error] {0}: *{1} upstream sent too big header while reading response header from upstream{2}",
        "[error] {0}: *{1} upstream sent invalid header while reading response header from upstream{2}",
        "[crit] {0}: *{1} connect() to unix:/run/php.sock failed (2: No such file or directory) while connecting to upstream{2}",
        "[warn] {0}: *{1} an upstream response is buffered to a temporary file /var/cache/nginx/proxy_temp/{3} while reading upstream{2}",
        "[error] {0}: *{1} SSL_do_handshake() failed (SSL: error:0A000086:SSL routines::certificate verify failed) while SSL handshaking to upstream{2}",
        "[error] {0}: *{1} upstream SSL certificate does not match \"api.internal\" while SSL handshaking to upstream{2}",
        "[error] {0}: *{1} api.internal could not be resolved ({4}: Host not found){2}",
        "[error] {0}: *{1} FastCGI sent in stderr: \"PHP message: PHP Fatal error:  Uncaught Error in /srv/i.php:12\nStack trace:\n#0 {{main}}\n  thrown in /srv/i.php on line 12\" while reading response header from upstream{2}",
        "[error] {0}: *{1} FastCGI sent in stderr: \"Primary script unknown\" while reading response header from upstream{2}",
        "[error] {0}: *{1} open() \"/srv/www/{3}\" failed (2: No such file or directory){2}",
        "[error] {0}: *{1} limiting requests, excess: 10.{4} by zone \"perip\"{2}",
        "[error] {0}: *{1} mymodule: cannot do {4} things{2}",
        "[info] {0}: *{1} epoll_wait() reported that client prematurely closed connection, so upstream connection is closed too while sending request to upstream{2}",
        "[info] {0}: *{1} client 10.0.0.1 closed keepalive connection",
        "[crit] {0}: *{1} SSL_do_handshake() failed (SSL: error:0A00006C:SSL routines::bad key share) while SSL handshaking, client: 203.0.113.{4}, server: 0.0.0.0:443",
        "[debug] {0}: *{1} http upstream request: \"/?\"",
        "[alert] {0}: worker process {4} exited on signal 11",
        "[alert] {0}: 1024 worker_connections are not enough",
        "[notice] {0}: signal process started",
        "[notice] {0}: reconfiguring",
        "[emerg] {0}: unknown directive \"foo\" in /etc/nginx/nginx.conf:{4}",
    ];

    private static readonly string[] Paths = ["/", "/checkout", "/users/{0}/orders", "/a/b/c/d", "/a/b/c", "/assets/app.{0}.js", "/search?q={0},{0}", "/caf%C3%A9/{0}", "/x?y=%0a", "/q\"uote", "http://a/b", "/{1}", "/ä/{0}", "*"];

    private static readonly string[] Pieces =
        ["\"", ", client: 6.6.6.6", ", server: evil", ", request: \"", ", client: 6.6.6.6, server: evil, request: \"GET /evil HTTP/1.1\"", ", udp client: 6.6.6.6", ",", ", upstream: \"http://6.6.6.6:1/\"", " HTTP/1.1\"", ", host: \"h\"", "%0a", ", ", " while connecting to upstream", "\r", "client: ", "?x", "(99: x)", "[warn] ", "\n", "\t", "\u00e4", "] \"", "|"];

    private static string Line(Random random, int second)
    {
        string path = string.Format(Paths[random.Next(Paths.Length)], random.Next(40), new string('z', random.Next(120)));
        string server = random.Next(5) == 0 ? "" : $"s{random.Next(3)}.{(random.Next(12) == 0 ? new string('n', random.Next(70)) : "")}example";
        string upstream = random.Next(7) switch { 0 => "", 1 => ", upstream: \"fastcgi://unix:/run/php.sock:\"", 4 => ", upstream: \"uwsgi://unix:/run/php.sock\"", 5 => $", upstream: \"http://unix:/run/app.sock{path}\"", 6 => $", upstream: \"http://unix:/run/app.sock:{path}\"", 2 => $", upstream: \"https://[::{random.Next(3)}]:443{path}\"", _ => $", upstream: \"http://10.0.0.{random.Next(4)}:8080{path}\"" };
        string host = random.Next(6) == 0 ? "" : $", host: \"s{random.Next(3)}.example\"";
        string referrer = random.Next(3) == 0 ? $", referrer: \"https://r/{path}\"" : "";
        string context = $", client: {(random.Next(6) == 0 ? "2001:db8:1234:5678:9abc:def0:1234:567" + random.Next(9) : "198.51.100." + random.Next(9))}, server: {server}, request: \"{(random.Next(4) == 0 ? "POST" : "GET")} {path} HTTP/{1 + random.Next(2)}.{random.Next(2)}\"{upstream}{host}{referrer}";
        string text = string.Format(Messages[random.Next(Messages.Length)], $"{1200 + random.Next(3)}#{1200 + random.Next(3)}", random.Next(500), context, random.Next(60), random.Next(4));
        return $"2026/11/20 22:{second / 60 % 60:00}:{second % 60:00} {text}{(random.Next(60) == 0 ? "\r" : "")}\n";
    }

    private static byte[] Log(int seed, int records, int mutations)
    {
        Random random = new(seed);
        List<byte> log = [];
        for (int i = 0; i < records; i++)
        {
            string line = Line(random, i / 9 + (random.Next(40) == 0 ? 3 : 0));
            for (int n = random.Next(100) < mutations ? 1 + random.Next(2) : 0; n > 0; n--)
            {
                int at = random.Next(line.Length);
                line = random.Next(4) switch
                {
                    0 => line[..at] + "\n",
                    1 => line.Remove(at, Math.Min(random.Next(12), line.Length - at)),
                    _ => line.Insert(at, Pieces[random.Next(Pieces.Length)]),
                };
            }

            log.AddRange(random.Next(200) == 0 ? Encoding.Latin1.GetBytes(line) : Encoding.UTF8.GetBytes(line));
            if (random.Next(400) == 0)
            {
                log.AddRange(Encoding.UTF8.GetBytes("""{"time":"2026-11-20T22:00:00+00:00","level":"error","pid":1,"tid":1,"message":"connect() failed (111: Connection refused)"}""" + "\n" + new string('x', random.Next(9000)) + "\n"));
            }
        }

        return [.. log];
    }

    [Theory]
    [InlineData(1, 0, 4096)]
    [InlineData(2, 0, 65536)]
    [InlineData(3, 0, 1 << 20)]
    [InlineData(4, 10, 262144)]
    [InlineData(5, 30, 30000)]
    [InlineData(6, 60, 7777)]
    [InlineData(7, 5, 1 << 20)]
    public void GeneratedLogs_FoldAlikeBothWays(int seed, int mutations, int blockLength)
    {
        byte[] log = Log(seed, 6000, mutations);
        ErrorLogSummary s = BothWays.Agree(log, blockLength, seed % 2 == 0 ? 64 : 2000);
        Assert.True(s.Records > 3000);
    }

    /// <summary>The end of the second record fits the context that the first one begins, and between them stands no request.</summary>
    [Fact]
    public void RecordWithoutARequest_IsNotContinuedByOneThatLostItsOwn()
    {
        const string Log = "2026/11/20 22:00:36 [crit] 1202#1200: *302 SSL_do_handshake() failed (SSL: error:0A00006C:SSL routines::bad key share) while SSL handshaking, client: 203.0.113.0, server: 0.0.0.0:443\n"
            + "2026/11/20 22:00:36 [error] 1200#1201: *159 upstream sent invalid header while reading response header from upstream, client: 198.51.100.4, server: s0.example,GET * HTTP/2.0\", host: \"s2.example\"\n"
            + "2026/11/20 22:00:36 [error] 1201#1200: *455 upstream sent too big header while reading response header from upstream, client: 198.51.100.0, server: , request: \"POST /a/b/c HTTP/1.0\", host: \"s1.example\"\n"
            + "2026/11/20 22:00:37 [error] 1202#1200: *333 upstream sent too big header while reading response header from upstream, client: 198.51.100.0, server: , request: \"POST /a/b/c HTTP/1.0\", host: \"s1.example\"\n";
        BothWays.Agree(Encoding.UTF8.GetBytes(Log), 4096);
        BothWays.Agree(Encoding.UTF8.GetBytes(Log), 4096, 200, new DateTime(2026, 11, 20, 22, 4, 0));
    }

    [Theory]
    [InlineData(8, 5)]
    [InlineData(11, 5)]
    [InlineData(14, 5)]
    [InlineData(18, 5)]
    [InlineData(26, 5)]
    [InlineData(27, 60)]
    public void Window_FoldsAlikeBothWays(int seed, int mutations) => BothWays.Agree(Log(seed, 4000, mutations), 50_000, 300, new DateTime(2026, 11, 20, 22, 4, 0));

    /// <summary>Without a request in front of it, a record whose date is damaged looks like that record's end: its own time is unknown, so the window holds it.</summary>
    [Fact]
    public void RecordWithADamagedDate_IsInTheWindow_WhateverStandsBeforeIt()
    {
        const string Before = "2026/11/20 22:00:00 [crit] 7#7: *1 SSL_do_handshake() failed (SSL: error:0A00006C:SSL routines::bad key share) while SSL handshaking, client: 192.0.2.7, server: 0.0.0.0:443\n";
        const string Damaged = "2026/1|/20 22:00:01 [error] 7#7: *2 connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.7, server: a, request: \"GET / HTTP/1.1\", host: \"a\"\n";
        byte[] log = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(Before + Damaged, 9)) + string.Concat(Enumerable.Repeat(Before, 9)));
        Assert.Equal(9, BothWays.Agree(log, 1 << 20, from: new DateTime(2026, 11, 20, 22, 4, 0)).Records);
    }

    /// <summary>Everything is seen three times, so that what was remembered is used at every cut.</summary>
    [Fact]
    public void EveryCutBetweenBlocks_IsTheSame()
    {
        byte[] once = Log(9, 40, 10);
        byte[] log = [.. once, .. once, .. once];
        for (int length = 300; length < 3000; length += 37)
        {
            BothWays.Agree(log, length);
        }
    }

    [Fact]
    public void ARecordOfAlmostABuffer_IsNotTakenForACutOne()
    {
        StringBuilder log = new();
        for (int length = 2000; length < 2100; length++)
        {
            string line = "2026/11/20 22:00:00 [error] 7#7: *1 connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.7, server: a, request: \"GET /@ HTTP/1.1\", upstream: \"http://10.0.0.1:80/\", host: \"a\"";
            log.Append(line.Replace("@", new string('p', length - line.Length + 1), StringComparison.Ordinal)).Append('\n');
        }

        BothWays.Agree(Encoding.UTF8.GetBytes(log.ToString()), 1 << 20);
    }
}
