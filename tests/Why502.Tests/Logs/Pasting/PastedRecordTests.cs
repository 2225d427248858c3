using Why502.Logs;
using Why502.Logs.Pasting;
using Xunit;

namespace Why502.Tests.Logs;

public sealed class PastedRecordTests
{
    [Theory]
    [InlineData("2023/02/03 10:MM:SS [error] 22#22: *XX upstream prematurely closed connection while reading response header from upstream, client: X.X.X.X", "upstream prematurely closed connection")]
    [InlineData("failed (111: Connection refused) while connecting to upstream", "connect() failed")]
    [InlineData("failed (32: Broken pipe)", "writev() failed")]
    [InlineData("nginx:[emerg] host not found in upstream \"tally\"in /etc/nginx/nginx.conf:3", "host not found in upstream \"tally\"")]
    [InlineData("connect() failed (111: Connection refused) while connecting to upstream.", "connect() failed")]
    [InlineData("connect() failed (Connection refused) while connecting to upstream", "connect() failed")]
    [InlineData("connect() failed, connection refused", "connect() failed")]
    [InlineData("what it writes is \"socket() failed (address family not supported by protocol)\", each second time", "socket() failed")]
    [InlineData("upstream timed out (Connection timed out) while reading response header from upstream", "upstream timed out")]
    [InlineData("connect() to unix:/srv/tally.sock failed (Permission denied)", "connect() to unix:/srv/tally.sock failed")]
    [InlineData("2014/08/06 11:17:45 [error] 9#0: *1 connect() to /tmp/passenger.7/request failed (111: Connection refused) while connecting to upstream, client: 192.0.2.8, server: tally.example, request: \"GET / HTTP/1.1\", upstream: \"passenger:/tmp/passenger.7/request:\"", "connect() to unix:/tmp/passenger.7/request failed")]
    [InlineData("there is an error of nginx (104: Connection reset by peer while reading response header from upstream) now and then", "recv() failed")]
    [InlineData("it tells me \"upstream has been timed out (110: Connection timed out) while reading response header from upstream\".", "upstream timed out")]
    [InlineData("tally behind nginx: 111: Connection refused", "connect() failed")]
    [InlineData("with more users the \"256 worker_connections are not enough\" line is all over the place", "256 worker_connections are not enough")]
    [InlineData("see `/srv/tally/body/0000000031\" failed (13: Permission denied)` in it", "open() \"/srv/tally/body/0000000031\" failed")]
    [InlineData("when I open a large page it says `*70 open() \"/srv/tally/fastcgi/3/00/0000000003\" failed (13: Permission denied)`, and stops", "open() \"/srv/tally/fastcgi/3/00/0000000003\" failed")]
    [InlineData("[Tally 4] no page since the update: [emerg] \"gzip\" directive is not allowed here in /etc/nginx/tally.conf:9", "\"gzip\" directive is not allowed here")]
    [InlineData("[Fri Sep 26 17:59:06.717056 2025] [proxy:error] [pid 25:tid 94] (2)No such file or directory: AH02454: FCGI: attempt to connect to Unix domain socket /run/tally.sock (localhost:8000) failed", "connect() to unix:/run/tally.sock failed")]
    [InlineData("[Fri Sep 26 17:59:06.717056 2025] [proxy:error] [pid 25] (111)Connection refused: AH00957: HTTP: attempt to connect to 127.0.0.1:8100 (*) failed", "connect() failed")]
    [InlineData("`web_1  | nginx: [emerg] no port in upstream \"tally\" in /etc/nginx/conf.d/tally.conf:23`", "no port in upstream \"tally\"")]
    [InlineData("every handshake ends with `(20:unable to get local issuer certificate)`.", "upstream SSL certificate verify error: (20:unable to get local issuer certificate)")]
    [InlineData("name error \u300aupstream SSL certificate does not match \"tally.example\"\u300b", "upstream SSL certificate does not match \"tally.example\"")]
    [InlineData("alert readv() failed (13: Permission denied) while reading upstream, client: 192.0.2.8", "readv() failed")]
    [InlineData("crit: connect() to unix:/srv/tally.sock failed (2: No such file or directory) while connecting to upstream", "connect() to unix:/srv/tally.sock failed")]
    [InlineData("2026/11/21 01:02:03 [error] 71#71: *8 upstream prematurely closed connection in tally filter while reading response header from upstream", "upstream prematurely closed connection")]
    [InlineData("2026/11/21 01:02:03 [error] 71#71: *8 connect() failed (", "connect() failed")]
    [InlineData("2026/11/21 01:02:03 [error] 71#71: *8 connect() failed (11", "connect() failed")]
    [InlineData("07:16:11 [error] 22#22: *7 no live upstreams while connecting to upstream", "no live upstreams")]
    [InlineData("connect() failed (111: Connection refused)", "connect() failed")]
    [InlineData("ror] 771#771: *8810 upstream prematurely closed connection while reading response header from upstream", "upstream prematurely closed connection")]
    [InlineData("8810 upstream timed out (110: Connection timed out) while reading response header from upstream", "upstream timed out")]
    [InlineData("02:09 [error] 771#771: *8810 no live upstreams while connecting to upstream", "no live upstreams")]
    [InlineData("tally.sock failed (61: Connection refused) while connecting to upstream", "connect() to unix:/tally.sock failed")]
    [InlineData("unix:/run/tally.sock failed (13: Permission denied) while connecting to upstream", "connect() to unix:/run/tally.sock failed")]
    [InlineData("2021/11/02 08:11:40 [crit] 118 # 118: * 52 connect () to unix: /run/gunicorn.sock failed (2: No such file or directory) while connecting to upstream", "connect() to unix:/run/gunicorn.sock failed")]
    [InlineData("`*4 connect() failed (111: Connection refused) while connecting to upstream`", "connect() failed")]
    [InlineData("proxy says: failed (111: connection refused) while connecting to upstream, client 192.0.2.8; upstream \"192.0.2.9:80/\"", "connect() failed")]
    [InlineData("2022/02/08 17:18:16 [error] 387#387: *2 connect() failed (111: Connection ref$", "connect() failed")]
    [InlineData("2022/02/08 17:18:16 [error] 387#387: *2 connect() failed (111: Connection refused) whi$", "connect() failed")]
    [InlineData("2022/02/08 17:18:16 [error] 387#387: *2 connect() failed (111: Connection refused) while connecting to upst$", "connect() failed")]
    [InlineData("2022/02/08 17:18:16 [error] 387#387: *2 recv() failed (104: Connection reset by peer) while rea>", "recv() failed")]
    [InlineData("our build stops with host not found in upstream 'tally'", "host not found in upstream \"tally\"")]
    [InlineData("2022/02/08 17:18:16 [crit] 387#387: *2 connect() to unix:/srv/a/tally.sock failed (2: No such fi", "connect() to unix:/srv/a/tally.sock failed")]
    [InlineData("then SSL_do_handshake() failed (SSL: error:0A00010B:SSL routines::wrong version number) while SSL handshaking to upstream...", "SSL_do_handshake() failed")]
    [InlineData("SSL_do_handshake() failed SSL: error:0A0000BF:SSL routines::no protocols available", "SSL_do_handshake() failed")]
    [InlineData("SSL_do_handshake() failed ... SSL alert number 112", "SSL_do_handshake() failed")]
    [InlineData("*7 peer closed connection in SSL handshake (104: Connection reset by peer) while SSL handshaking to upstream.", "peer closed connection in SSL handshake")]
    [InlineData("2025/06/05 15:40:46 [error] 256#416: *3 WSARecv() failed (10054: An existing connection was forcibly closed by the remote host) while reading response header from upstream", "recv() failed")]
    [InlineData("2023/08/29 08:32:14 [error] 12#12: tally_module: resolver failed, \"app.example\" (110: Operation timed out)", "app.example could not be resolved")]
    [InlineData("upstream sent invalid header: \"x-parcel-trace\\x20...", "upstream sent invalid header: \"x-parcel-trace\\x20...\"")]
    [InlineData("2021/10/09 23:43:26 [emerg] 17#17: unknown directive \"add\" in /etc/nginx/site.conf:25 | stdout", "unknown directive \"add\"")]
    [InlineData("time=\"2025-04-02T06:11:09Z\" level=error error=\"badgateway: failed after 0s: dial unix /opt/a.socket: connect: permission denied\"", "connect() to unix:/opt/a.socket failed")]
    [InlineData("2025/04/02 06:11:09 http: proxy error: dial tcp [::1]:3000: connect: connection refused", "connect() failed")]
    [InlineData("2025/04/02 06:11:09 http: proxy error: tls: failed to verify certificate: x509: certificate signed by unknown authority", "upstream SSL certificate verify error: (20:unable to get local issuer certificate)")]
    [InlineData("2025/04/02 06:11:09 http: proxy error: x509: certificate is valid for pears.example, not tally.example", "upstream SSL certificate does not match \"tally.example\"")]
    [InlineData("2025/04/02 06:11:09 http: proxy error: remote error: tls: unrecognized name", "SSL_do_handshake() failed")]
    [InlineData("2025/04/02 06:11:09 http: proxy error: http: server gave HTTP response to HTTPS client", "SSL_do_handshake() failed")]
    [InlineData("2025/04/02 06:11:09 http: proxy error: EOF", "upstream prematurely closed connection")]
    [InlineData("2025/04/02 06:11:09 http: proxy error: read tcp 10.0.0.3:4711->10.0.0.4:5201: read: connection reset by peer", "recv() failed")]
    [InlineData("[oauthproxy.go:71] Error proxying to upstream server: dial tcp: lookup tally on 127.0.0.11:53: no such host", "tally could not be resolved")]
    [InlineData("level=debug msg=\"'502 Bad Gateway' caused by: dial tcp 172.18.0.5:5201: connect: connection refused\"", "connect() failed")]
    [InlineData("2023/08/29 08:32:14 [warn] 12#12: *9 [lua] balancer.lua:71: queryDns(): [ringbalancer 3] querying dns for tally.example failed: dns lookup pool exceeded retries (1): timeout. Tried [\"(short)tally.example:(na) - cache-miss\"]", "tally.example could not be resolved (110: Operation timed out)")]
    [InlineData("2023/08/29 08:32:14 [error] 12#12: *9 [lua] responses.lua:71: before(): failed the initial dns/balancer resolve for 'tally' with: dns server error; 3 name error", "tally could not be resolved (3: Host not found)")]
    [InlineData("2023/08/29 08:32:14 [error] 12#12: *9 [lua] init.lua:71: execute(): DNS resolution failed: dns server error: 3 name error. Tried: [\"(short)tally.internal:(na) - cache-miss\"] while connecting to upstream", "tally.internal could not be resolved (3: Host not found)")]
    [InlineData("2022/02/08 17:18:16 [error] 387#387: *2 connect() to unix:/srv/tally/ta$", "connect() to unix:/srv/tally/ta failed")]
    [InlineData("2022/02/08 17:18:16 [crit] 387#387: *2 connect() to unix:/srv/tally.sock fai", "connect() to unix:/srv/tally.sock failed")]
    [InlineData("*8 upstream sent too big header while reading response header from upstream / 502 Bad Gateway", "upstream sent too big header")]
    [InlineData("it is the buffer that overflows (`upstream sent too big header`), and the login fails.", "upstream sent too big header")]
    [InlineData("[error] Upstream sent too big header while reading response header from upstream", "upstream sent too big header")]
    [InlineData("errors like `limiting connections by zone \"tally\"` occur.", "limiting connections by zone")]
    [InlineData("Starting tally: nginx: [emerg] unknown directive \"add\" in /etc/nginx/site.conf:25", "unknown directive \"add\"")]
    [InlineData("(SSL: error:0A00010B:SSL routines::wrong version number) while SSL handshaking to upstream", "SSL_do_handshake() failed")]
    [InlineData("\"2026/11/21 01:02:03 [error] 71#0: *8 upstream prematurely closed connection while reading response header from upstream\"", "upstream prematurely closed connection")]
    [InlineData("21/Nov/2026:01:02:03 [ERROR 502 /tally.php] dial tcp 127.0.0.1:9100: getsockopt: connection refused", "connect() failed")]
    [InlineData("we see: tally.internal could not be resolved (110: Operation timed out),", "tally.internal could not be resolved")]
    [InlineData("rewrite or internal redirection cycle while internally redirecting to \"/app.php\",", "rewrite or internal redirection cycle")]
    [InlineData("*7 auth request unexpected status : 302 while sending to client, client: 192.0.2.8", "auth request unexpected status: 302")]
    [InlineData("```tally_1   | nginx: [emerg] host not found in upstream \"pears:9100\" in /etc/nginx/conf.d/tally.conf:4```", "host not found in upstream \"pears:9100\"")]
    [InlineData("# 500\u00e6\u0097\u00a5\u00e5\u00bf\u0097[error] 30#30: *17 rewrite or internal redirection cycle while internally redirecting to \"/tally.html\"", "rewrite or internal redirection cycle")]
    [InlineData("NGINX:  recv() failed (104: Connection reset by peer)", "recv() failed")]
    [InlineData("- nginx error log: upstream timed out (110: Connection timed out) while reading response header from upstream", "upstream timed out")]
    [InlineData("*9 broken header: \"  \u0016\u0003 x", "broken header: \"")]
    [InlineData("2022/02/08 17:18:16 [error] 387#387: *2 limiting requests, excess: 20.100 by zone \"site\", request: \"GET /a/lo...", "limiting requests, excess")]
    public void MangledLine_IsAMessageOfNginxAgain(string line, string message)
    {
        var record = ErrorLogLine.Parse(PastedRecord.Repair(line));
        Assert.NotNull(record?.Known);
        Assert.StartsWith(message, record.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ContextWithoutItsMarks_IsReadByItsKeys()
    {
        var record = ErrorLogLine.Parse(PastedRecord.Repair("it says connect() failed (111 connection refused) while connecting to upstream client 192.0.2.8 server: tally.example request GET /sums HTTP/1.1 upstream http://192.0.2.50:7150/sums host tally.example"));
        Assert.Equal(111, record?.Errno);
        Assert.Equal("192.0.2.50:7150", record?.UpstreamPeer);
        Assert.Equal("tally.example", record?.Server);
        Assert.Equal("GET", record?.Method);
    }

    /// <summary>A sentence goes on with a word that is one of nginx's keys.</summary>
    [Theory]
    [InlineData("connect() failed (111: Connection refused) while connecting to upstream server of ours")]
    [InlineData("connect() failed (111: Connection refused) while connecting to upstream host and client are the same")]
    public void OneWordOfTheContext_IsASentences(string line) => Assert.Null(ErrorLogLine.Parse(PastedRecord.Repair(line))?.Server);

    /// <summary>A client can write a line feed and a record behind an open quote: only the last line of all may be closed.</summary>
    [Fact]
    public void OpenQuoteWithALineBelow_StaysOpen()
    {
        const string Line = "2022/02/08 17:18:16 [error] 387#387: *2 limiting requests, excess: 20.100 by zone \"site\", request: \"GET /a";
        Assert.Same(Line, PastedRecord.Repair(Line, "2022/02/08 17:18:16 [error] 387#387: *2 connect() failed (111: Connection refused) while connecting to upstream"));
    }

    [Fact]
    public void MessageOfTheLoader_HasItsLevelAgain()
        => Assert.Equal(LogLevel.Emerg, ErrorLogLine.Parse(PastedRecord.Repair(" invalid port in upstream \"127.0.0.1:a\" in /etc/nginx/conf.d/tally.conf:7"))?.Level);

    /// <summary>A handshake whose reason a server finds is a client's with nginx: without its phase it is left alone.</summary>
    [Fact]
    public void HandshakeOfAClient_IsNotMadeAnUpstreams()
        => Assert.DoesNotContain("to upstream", PastedRecord.Repair("SSL_do_handshake() failed (SSL: error:0A0000C1:SSL routines::no shared cipher)"), StringComparison.Ordinal);

    [Fact]
    public void WrappedMessage_IsLeftToItsNextLine()
        => Assert.Equal("upstream timed out (110: Connection timed out)", PastedRecord.Repair("upstream timed out (110: Connection timed out)", "  while reading upstream, client: 192.0.2.1"));

    [Fact]
    public void EntitiesEscapedTwice_AreQuotesAgain()
    {
        var record = ErrorLogLine.Parse(PastedRecord.Repair("2019/04/09 12:13:14 [error] 8#8: *9 connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.8, server: x.example, request: &amp;quot;GET /a HTTP/1.1&amp;quot;, upstream: &amp;quot;http://127.0.0.1:4000/a&amp;quot;, host: &amp;quot;x.example&amp;quot;"));
        Assert.Equal("127.0.0.1:4000", record?.UpstreamPeer);
        Assert.Equal("GET", record?.Method);
    }

    [Theory]
    [InlineData("2024/08/14 09:31:07 [error] 3821#3821: *5103 connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.7, request: \"GET /?q=a&quot;b HTTP/1.1\"")]
    [InlineData("192.0.2.1 - - [14/Aug/2024:09:31:07 +0200] \"GET /a?x=&amp;quot; HTTP/1.1\" 502 150")]
    [InlineData("location ~ ^/a # 1 # 2 {")]
    [InlineData("the build failed (2 errors)")]
    [InlineData("3 upstream servers were added")]
    [InlineData("dial tcp 10.0.0.5:5432: connect: connection refused")]
    [InlineData("a | b | stdout and more")]
    [InlineData("nginx: the reload of the site failed (2 warnings)")]
    [InlineData("it's in ```upstream``` somewhere, no ```error``` here")]
    [InlineData("2024/08/14 09:31:07 [notice] 1#1: signal 17 (SIGCHLD) received from 812, connect() failed")]
    public void LineAsItShouldBe_IsLeftAlone(string line) => Assert.Same(line, PastedRecord.Repair(line));

    [Theory]
    [InlineData("` 192.0.2.1 - - [14/Aug/2024:09:31:07 +0200] \"GET /a HTTP/2.0\" 502 552 \"-\" \"curl\" `", "192.0.2.1 - - [14/Aug/2024:09:31:07 +0200] \"GET /a HTTP/2.0\" 502 552 \"-\" \"curl\"")]
    [InlineData(" - - [14/Aug/2024:09:31:07 +0200] \"GET /a HTTP/1.1\" 504 562 \"-\" \"curl\"", "- - - [14/Aug/2024:09:31:07 +0200] \"GET /a HTTP/1.1\" 504 562 \"-\" \"curl\"")]
    [InlineData("192.0.2.1 - ann [14/Aug/2024:09:31:07 +0200] \"GET /a HTTP/1.1\" 200 5 \"-\" \"-\"", "192.0.2.1 - ann [14/Aug/2024:09:31:07 +0200] \"GET /a HTTP/1.1\" 200 5 \"-\" \"-\"")]
    public void Row_LosesItsDecorationsAndGetsItsPlaces(string row, string whole) => Assert.Equal(whole, PastedRow.Repair(row));

    [Theory]
    [InlineData("[14/Aug/2024:09:31:07 +0200] - 502 502 - GET https x.example \"/a\" [Client 192.0.2.1] [Length 150] [Gzip -] [Sent-to 10.0.0.17] \"curl\" \"-\"")]
    [InlineData("[14/Aug/2024:09:31:07 +0200] \"x.example\" 192.0.2.1 \"GET / HTTP/1.1\" \"curl\" \"-\" 502 316 \"-\" 0.000 0.000 \"-\"")]
    [InlineData("\"GET /a HTTP/1.1\" 502 157 \"-\" \"curl\" 1570 1.248 [front-web-80] [] 10.0.0.9:80 0 1.244 502 cc30")]
    public void RowOfAnotherOrder_IsKnownAndRead(string row)
    {
        Assert.Equal(PastedLineKind.NginxAccess, PastedLines.Of(System.Text.Encoding.Latin1.GetBytes(row), out _));
        var format = AccessLogFormat.Recognise([row, row]);
        Assert.NotNull(format);
        Assert.True(format.Fields.HasFlag(AccessFields.Status));
    }

    [Fact]
    public void LinesThatAreEachCode_LoseTheirMarks()
        => Assert.Equal(
            ["it says", "2026/11/21 01:02:03 [error] 71#71: *8 connect() ", "failed (111: Connection refused) while", "connecting to upstream", "", "run `ss -ltn` or `ps`"],
            CodeSpans.Strip(["it says", "2026/11/21 01:02:03 [error] 71#71: *8 connect() `", "`failed (111: Connection refused) while`", "`connecting to upstream`", "`", "run `ss -ltn` or `ps`"]));

    [Fact]
    public void OutputThatIsOneCode_LosesItsMarks()
        => Assert.Equal(["so", "curl: (7) Failed to connect to tally port 5201: Connection refused", "and"], CodeSpans.Strip(["so", "`curl: (7) Failed to connect to tally port 5201: Connection refused`", "and"]));

    [Theory]
    [InlineData("`nginx -t`")]
    [InlineData("``` `a` `b` ```")]
    public void WordOfCode_KeepsItsMarks(string line) => Assert.Equal(["so", line, "and"], CodeSpans.Strip(["so", line, "and"]));

    [Fact]
    public void Quotation_LosesItsMarks()
        => Assert.Equal(["the log:", "root@tally:/# tail error.log", "2026/11/21 01:02:03 [error] 71#71: *8 no live upstreams while connecting to upstream", ""], Quotations.Strip(["the log:", "> root@tally:/# tail error.log", ">2026/11/21 01:02:03 [error] 71#71: *8 no live upstreams while connecting to upstream", ">"]));

    [Fact]
    public void WhatCurlSent_IsNoQuotation()
    {
        string[] lines = ["> GET /notes HTTP/1.1", "> Host: tally.example", "> ", "< HTTP/1.1 502 Bad Gateway"];
        Assert.Same(lines, Quotations.Strip(lines));
    }

    [Fact]
    public void ContextOnLinesOfItsOwn_IsPutBehindTheMessage()
    {
        string[] lines = ["[crit] open() \"/srv/temp/0000000012\" failed (13: Permission denied)", "    client: 192.0.2.7,", "    request: \"POST /notes HTTP/1.1\"", "Server: nginx"];
        Assert.True(PartedRecord.Join(lines));
        Assert.Equal(["[crit] open() \"/srv/temp/0000000012\" failed (13: Permission denied), client: 192.0.2.7, request: \"POST /notes HTTP/1.1\"", "", "", "Server: nginx"], lines);
    }

    [Fact]
    public void HeadersBelowOtherText_AreNoContext()
    {
        string[] lines = ["HTTP/1.1 502 Bad Gateway", "server: nginx", "host: tally.example"];
        Assert.False(PartedRecord.Join(lines));
    }

    [Fact]
    public void RecordsRunTogether_ArePartedAtTheirHeads()
    {
        const string Row = "192.0.2.8 - - [10/Feb/2026:08:01:00 +0100] \"GET / HTTP/1.1\" 504 167 \"-\" \"-\"";
        const string Record = "2026/02/10 08:11:00 [error] 14#14: *22 no live upstreams while connecting to upstream, client: 192.0.2.8, server: , request: \"GET / HTTP/1.1\", upstream: \"http://app/\", host: \"tally.example\"";
        Assert.Equal([Row, Record, Row], RunTogether.Part([$"{Row} {Record} {Row}"]));
        Assert.Equal([Record], RunTogether.Part([Record]));
        Assert.Equal([$"web_1 | {Record}", Record, Record], RunTogether.Part([$"web_1 | {Record} || web_1 | {Record} ; {Record}"]));
        Assert.Equal([$"{Record}, referrer: \"a {Record[..40]}"], RunTogether.Part([$"{Record}, referrer: \"a {Record[..40]}"]));
        var others = string.Join(' ', Enumerable.Repeat("step of a script: done", 12));
        Assert.Equal([others, Record], RunTogether.Part([$"{others} {Record}"]));
        Assert.Equal([$"{others} \"{Record}"], RunTogether.Part([$"{others} \"{Record}"]));
        const string Refused = "2026/02/10 08:11:00 [emerg] 1#1: host not found in upstream \"tally\" in /etc/nginx/nginx.conf:3";
        Assert.Equal([Refused, $"nginx: {Refused[20..]}"], RunTogether.Part([$"{Refused} nginx: {Refused[20..]}"]));
    }

    [Fact]
    public void MarksOfAPage_AreTakenOff()
    {
        Assert.Equal(["server {", "  listen 80;", "}"], ListMarks.Strip(["- server {", "-   listen 80;", "- }"]));
        Assert.Equal(["Untitled", "server {", "", "}"], ListMarks.Strip(["Untitled", "  1. server {", "  2. ", "  3. }"]));
        Assert.Equal(["server {", "listen 80;", "}", "}"], ListMarks.Strip(["server { | |", "listen 80; | |", "} | |", "} |"]));
    }

    [Fact]
    public void ListsAndRowsOfTheirOwn_KeepTheirMarks()
    {
        string[] steps = ["1. stop it", "1. start it", "3. look"];
        string[] rows = ["- - [10/Feb/2026:08:01:00 +0100] \"GET / HTTP/1.1\" 502 1", "- - [10/Feb/2026:08:01:01 +0100] \"GET / HTTP/1.1\" 502 1", "- - [10/Feb/2026:08:01:02 +0100] \"GET / HTTP/1.1\" 502 1"];
        string[] two = ["- one", "- two"];
        Assert.Same(steps, ListMarks.Strip(steps));
        Assert.Same(rows, ListMarks.Strip(rows));
        Assert.Same(two, ListMarks.Strip(two));
    }

    private const string Whole = "2026/02/10 08:11:00 [error] 14#14: *22 upstream prematurely closed connection while reading response header from upstream, client: 192.0.2.8, server: tally.example, request: \"GET /orders/7 HTTP/1.1\", upstream: \"http://127.0.0.1:8010/orders/7\", host: \"tally.example\"";

    [Theory]
    [InlineData(80)]
    [InlineData(110)]
    [InlineData(50)]
    public void RecordBrokenByATerminal_IsOneAgain(int column)
    {
        var lines = Whole.Chunk(column).Select(part => new string(part)).ToList();
        var count = lines.Count;
        Assert.True(WrappedRecord.Join(lines));
        Assert.Equal("http://127.0.0.1:8010/orders/7", ErrorLogLine.Parse(lines[0])?.Upstream);
        Assert.Equal(count, lines.Count);
        Assert.All(lines[1..], Assert.Empty);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(76)]
    [InlineData(79)]
    [InlineData(80)]
    public void RecordBrokenByAWindow_IsOneAgain(int column)
    {
        var parts = Whole.Chunk(column).Select(part => new string(part)).ToList();
        foreach (var framed in new List<string>[]
        {
            [parts[0], .. parts[1..].Select(part => "    " + part)],
            [parts[0], .. parts[1..].Select(part => "           | " + part)],
            [.. parts.Select(part => part.Trim().PadRight(160))],
            [.. parts[..^1].Select(part => part + "\\"), parts[^1]],
        })
        {
            Assert.True(WrappedRecord.Join(framed));
            Assert.Equal(ErrorLogLine.Parse(Whole)?.Upstream, ErrorLogLine.Parse(framed[0])?.Upstream);
            Assert.Equal("tally.example", ErrorLogLine.Parse(framed[0])?.Host);
            Assert.All(framed[1..], Assert.Empty);
        }
    }

    [Fact]
    public void RecordBrokenByAnEditor_IsOneAgain()
    {
        List<string> lines =
        [
            "2026/02/10 08:11:00 [error] 14#14: *22 upstream prematurely closed",
            "connection while reading response header from upstream, client: 192.0.2.8,",
            "server: tally.example, request: \"GET /orders/7 HTTP/1.1\", upstream:",
            "\"http://127.0.0.1:8010/orders/7\", host: \"tally.example\"",
            "",
            "What may this be?",
        ];
        Assert.True(WrappedRecord.Join(lines));
        Assert.Equal([Whole, "", "", "", "", "What may this be?"], lines);
    }

    [Theory]
    [InlineData("connect() failed (111: Connection refused) while connecting to upstream: \"http://192.0.2.9:80/\"", "$ docker inspect tally")]
    [InlineData("connect() failed (111: Connection refused) while connecting to upstream: \"http://192.0.2.9:80/\"", "```")]
    [InlineData(Whole, "and so it goes on for every request")]
    [InlineData(Whole, Whole)]
    public void WholeRecord_TakesNothingFromTheNextLine(string record, string next)
    {
        List<string> lines = [record, next];
        Assert.False(WrappedRecord.Join(lines));
        Assert.Equal([record, next], lines);
    }

    [Fact]
    public void ReportBrokenInTwo_IsOneAgain()
    {
        List<string> lines = ["[10-Feb-2026 08:11:00] WARNING: [pool tally] server reached pm.max_children", "setting (5), consider raising it", "[10-Feb-2026 08:12:00] NOTICE: ready to handle connections"];
        Assert.True(WrappedReport.Join(lines));
        Assert.Equal(["[10-Feb-2026 08:11:00] WARNING: [pool tally] server reached pm.max_children setting (5), consider raising it", "", "[10-Feb-2026 08:12:00] NOTICE: ready to handle connections"], lines);
        Assert.False(WrappedReport.Join(lines));
    }

    [Fact]
    public void BlanksInFrontOfALog_AreTakenOff()
        => Assert.Equal(["It says:", "", Whole, "  and more", "", "Why?"], Indentation.Strip(["It says:", "", $"    {Whole}", "      and more", "", "Why?"]));

    [Fact]
    public void BlanksOfYamlAndConfigurations_AreKept()
    {
        string[] lines = ["services:", "  tally:", "    image: tally", "", "server {", "    listen 80;", "}"];
        Assert.Same(lines, Indentation.Strip(lines));
    }

    [Theory]
    [InlineData("`")]
    [InlineData("**")]
    [InlineData("_")]
    public void MessageSetInMarkdown_IsRead(string mark)
        => Assert.Equal("no live upstreams", ErrorLogLine.Parse(PastedRecord.Repair($"{mark}*7 no live upstreams while connecting to upstream, client: 192.0.2.8{mark}"))?.Known?.Format.Split(" while")[0]);

    [Theory]
    [InlineData("[10-Feb-2026 08:11:00] WARNING: [pool tally] child 71 exited on signal 11 (SIGSEGV) after 3.2 seconds from start", false)]
    [InlineData("tally [71] exited on signal 9", false)]
    [InlineData("worker process 71 exited on signal 9", true)]
    [InlineData("no live upstreams while connecting to upstream", true)]
    public void OwnMessage_IsNginxsAlone(string line, bool own)
        => Assert.Equal(own, OwnMessage.Is(System.Text.Encoding.Latin1.GetBytes(line)));

    [Theory]
    [InlineData("http://unix:/run/tally.sock/orders/7", "unix:/run/tally.sock")]
    [InlineData("http://unix:/run/tally.sock:/orders/7", "unix:/run/tally.sock")]
    [InlineData("http://unix:/run/tally.sock/elsewhere", "unix:/run/tally.sock/elsewhere")]
    public void ColonBehindTheSocket_IsPutBackBeforeTheRequestsPath(string upstream, string peer)
        => Assert.Equal(peer, ErrorLogLine.Parse(PastedRecord.Repair($"[error] 71#71: *8 upstream timed out (110: Connection timed out) while reading response header from upstream, client: 192.0.2.8, server: tally.example, request: \"GET /orders/7 HTTP/1.1\", upstream: \"{upstream}\", host: \"tally.example\""))?.UpstreamPeer);

    [Theory]
    [InlineData('“', '”')]
    [InlineData('„', '“')]
    public void QuotesOfABlog_AreNginxsAgain(char open, char close)
    {
        var line = $"2026/02/10 08:11:00 [crit] 71#71: *8 open() {open}/var/cache/nginx/client_temp/0000000012{close} failed (13: Permission denied), client: 192.0.2.8, server: , request: {open}POST / HTTP/1.1{close}";
        var plain = line.Replace(open, '"').Replace(close, '"');
        Assert.Equal(plain, PastedRecord.Repair(line));
        Assert.Equal(plain, PastedRecord.Repair(System.Text.Encoding.Latin1.GetString(System.Text.Encoding.UTF8.GetBytes(line))));
    }

    [Fact]
    public void QuotesInsideAQuotedValue_AreTheClients()
    {
        const string Line = "2026/02/10 08:11:00 [error] 71#71: *8 no live upstreams while connecting to upstream, client: 192.0.2.8, server: , request: \"GET /“x” HTTP/1.1\"";
        Assert.Equal(Line, PastedRecord.Repair(Line));
    }

    [Theory]
    [InlineData("host: tally.example:8000\"")]
    [InlineData("host: tally.example:8000")]
    public void LostQuoteOfAValue_IsPutBack(string host)
        => Assert.Equal("tally.example:8000", ErrorLogLine.Parse(PastedRecord.Repair($"*7 connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.8, server: tally.example, request: \"GET / HTTP/1.1\", upstream: \"fastcgi://127.0.0.1:9000\", {host}"))?.Host);
}
