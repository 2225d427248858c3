using Why502.Logs;
using Xunit;

namespace Why502.Tests.Logs;

/// <summary>The line by its grammar: head, errno, context, OpenSSL queue, configuration place, escaping (there is none), truncation.</summary>
public class ErrorLogLineTests
{
    private const string Head = "2026/11/20 22:37:13 [error] 3005#3007: *42 ";
    private const string Tail = ", client: 192.0.2.7, server: shop.example, request: \"GET /cart?id=7 HTTP/1.1\", upstream: \"http://127.0.0.1:3000/cart?id=7\", host: \"shop.example\"";

    private static ErrorLogRecord Parse(string line)
    {
        ErrorLogRecord? record = ErrorLogLine.Parse(line);
        Assert.NotNull(record);
        return record;
    }

    [Fact]
    public void RefusedConnect_IsTakenApart()
    {
        ErrorLogRecord r = Parse(Head + "connect() failed (111: Connection refused) while connecting to upstream" + Tail + ", referrer: \"https://shop.example/\"");
        Assert.Equal(new DateTime(2026, 11, 20, 22, 37, 13), r.Time);
        Assert.Equal((LogLevel.Error, 3005, 3007, 42L), (r.Level, r.Pid, r.Tid, r.Connection));
        Assert.Equal("connect() failed", r.Message);
        Assert.Equal((111, "Connection refused"), (r.Errno, r.ErrnoText));
        Assert.Equal("connecting to upstream", r.Phase);
        Assert.Equal(("192.0.2.7", "shop.example"), (r.Client, r.Server));
        Assert.Equal(("GET", "/cart?id=7", "HTTP/1.1"), (r.Method, r.RequestUri, r.Protocol));
        Assert.Equal(("http", "127.0.0.1:3000", "/cart?id=7"), (r.UpstreamScheme, r.UpstreamPeer, r.UpstreamUri));
        Assert.Equal(("shop.example", "https://shop.example/"), (r.Host, r.Referrer));
        Assert.True(r.UpstreamIsTrusted);
        Assert.False(r.Truncated || r.IsStream || r.Suspect);
        Assert.Equal("connect-failed", r.Known?.Id[..14]);
        Assert.True(r.Known?.IsGatewayPath);
    }

    [Theory]
    [InlineData("connect() to unix:/run/kv.sock failed (11: Resource temporarily unavailable), context: ngx.timer", "connect() to unix:/run/kv.sock failed", 11, "ngx.timer")]
    [InlineData("connect() failed (111: Connection refused), context: ngx.timer, client: 192.0.2.7, server: 0.0.0.0:80", "connect() failed", 111, "ngx.timer")]
    [InlineData("connect() failed (111: Connection refused) while connecting to upstream, context: ngx.timer", "connect() failed", 111, "connecting to upstream")]
    [InlineData("connect() failed (111: Connection refused), context: ssl_certificate_by_lua*, client: 192.0.2.7, server: 0.0.0.0:443", "connect() failed", 111, null)]
    public void WhatLuaCodeRanIn_IsNoPartOfTheMessage(string text, string message, int errno, string? phase)
    {
        ErrorLogRecord r = Parse(Head + text);
        Assert.Equal((message, errno, phase), (r.Message, r.Errno, r.Phase));
    }

    [Theory]
    [InlineData("fastcgi://unix:/run/php/php8.2-fpm.sock:", "fastcgi", "unix:/run/php/php8.2-fpm.sock", null)]
    [InlineData("http://unix:/run/app.sock:/a/b", "http", "unix:/run/app.sock", "/a/b")]
    [InlineData("http://[::1]:8080/a", "http", "[::1]:8080", "/a")]
    [InlineData("grpcs://10.0.0.4:443", "grpcs", "10.0.0.4:443", null)]
    [InlineData("http://backend/path", "http", "backend", "/path")]
    [InlineData("uwsgi://127.0.0.1:9090", "uwsgi", "127.0.0.1:9090", null)]
    [InlineData("memcached://127.0.0.1:11211", "memcached", "127.0.0.1:11211", null)]
    public void UpstreamUrl_IsSplit(string url, string scheme, string peer, string? uri)
    {
        ErrorLogRecord r = Parse(Head + "connect() failed (111: Connection refused) while connecting to upstream, client: 1.2.3.4, server: _, request: \"GET / HTTP/1.1\", upstream: \"" + url + "\", host: \"h\"");
        Assert.Equal((scheme, peer, uri), (r.UpstreamScheme, r.UpstreamPeer, r.UpstreamUri));
    }

    /// <summary>A time-out is logged after the peer was let go, without the colon.</summary>
    [Theory]
    [InlineData("/orders/1", "/orders/1", "unix:/run/shop.sock", "/orders/1")]
    [InlineData("/at?t=12:30", "/at?t=12:30", "unix:/run/shop.sock", "/at?t=12:30")]
    [InlineData("/", "/", "unix:/run/shop.sock", "/")]
    [InlineData("/a", ":/b/a", "unix:/run/shop.sock", "/b/a")]
    [InlineData("/a", "/b/a", "unix:/run/shop.sock/b", "/a")]
    [InlineData("/a", "", "unix:/run/shop.sock", null)]
    public void SocketsTimeOut_HasThePathBeforeTheUri(string asked, string written, string peer, string? uri)
    {
        ErrorLogRecord r = Parse(Head + "upstream timed out (110: Connection timed out) while reading response header from upstream, client: 1.2.3.4, server: _, request: \"GET " + asked + " HTTP/1.1\", upstream: \"http://unix:/run/shop.sock" + written + "\", host: \"h\"");
        Assert.Equal((peer, uri), (r.UpstreamPeer, r.UpstreamUri));
    }

    /// <summary>strerror(3) of French and German has a parenthesis for EPIPE, and any locale may.</summary>
    [Theory]
    [InlineData("32: Relais brisé (pipe)")]
    [InlineData("32: Datenübergabe unterbrochen (broken pipe)")]
    public void ErrnoTextWithAParenthesis_IsOneText(string errno)
    {
        ErrorLogRecord r = Parse(Head + $"writev() failed ({errno}) while sending request to upstream" + Tail);
        Assert.Equal((32, "writev() failed", "sending request to upstream"), (r.Errno, r.Message, r.Phase));
        Assert.NotNull(r.Known);
    }

    [Theory]
    [InlineData("110: Connection timed out")]
    [InlineData("110: Operation timed out")]
    public void ErrnoTexts_OfAllLibraries_AreOneNumber(string errno)
    {
        ErrorLogRecord r = Parse(Head + $"upstream timed out ({errno}) while reading response header from upstream" + Tail);
        Assert.Equal(110, r.Errno);
        Assert.Equal("upstream timed out", r.Message);
        Assert.NotNull(r.Known);
    }

    [Theory]
    [InlineData("backend.internal could not be resolved (3: Host not found)", 3)]
    [InlineData("backend.internal could not be resolved (110: Operation timed out)", 110)]
    [InlineData("upstream SSL certificate verify error: (10:certificate has expired) while SSL handshaking to upstream", 10)]
    [InlineData("upstream rejected request with error 2 while reading response header from upstream", 2)]
    [InlineData("OCSP response not successful (6: unauthorized)", 6)]
    public void NumbersThatAreNoErrno_AreCodes(string message, int code)
    {
        ErrorLogRecord r = Parse(Head + message + Tail);
        Assert.Null(r.Errno);
        Assert.Equal(code, r.Code);
        Assert.NotNull(r.Known);
    }

    [Theory]
    [InlineData("worker process 812 exited on signal 11 (core dumped)", 11)]
    [InlineData("worker process 812 exited on signal 9", 9)]
    [InlineData("worker process 812 exited with fatal code 2 and cannot be respawned", 2)]
    public void MasterLines_HaveNoContext(string message, int code)
    {
        ErrorLogRecord r = Parse("2026/11/20 22:37:13 [alert] 3004#3004: " + message);
        Assert.Equal(code, r.Code);
        Assert.Null(r.Errno);
        Assert.Null(r.Connection);
        Assert.Null(r.Client);
        Assert.NotNull(r.Known);
    }

    [Fact]
    public void OpenSslQueue_GivesReasonsAndAlert()
    {
        ErrorLogRecord r = Parse("2026/11/20 22:37:13 [crit] 1#1: *5 SSL_do_handshake() failed (SSL: error:0A000410:SSL routines::sslv3 alert handshake failure:SSL alert number 40 error:0A00010B:SSL routines::wrong version number) while SSL handshaking to upstream" + Tail);
        Assert.Equal(["sslv3 alert handshake failure", "wrong version number"], r.Ssl?.Reasons);
        Assert.Equal(40, r.Ssl?.Alert);
        Assert.Equal("SSL_do_handshake() failed", r.Message);
        Assert.NotNull(r.Known);
    }

    [Fact]
    public void OldOpenSsl_HasTheSameReason()
    {
        ErrorLogRecord r = Parse(Head + "SSL_do_handshake() failed (SSL: error:1408F10B:SSL routines:ssl3_get_record:wrong version number) while SSL handshaking to upstream" + Tail);
        Assert.Equal("wrong version number", r.Ssl?.Reason);
        Assert.Null(r.Ssl?.Alert);
    }

    [Fact]
    public void OpenSslQueue_ThenErrno_AreBothRead()
    {
        ErrorLogRecord r = Parse(Head + "SSL_read() failed (SSL: error:0A000126:SSL routines::unexpected eof while reading) (104: Connection reset by peer) while reading response header from upstream" + Tail);
        Assert.Equal(104, r.Errno);
        Assert.Equal("unexpected eof while reading", r.Ssl?.Reason);
        Assert.Equal("reading response header from upstream", r.Phase);
    }

    [Fact]
    public void ConfigurationMessage_HasErrnoBeforeItsPlace()
    {
        ErrorLogRecord r = Parse("nginx: [emerg] open() \"/etc/nginx/mime.types\" failed (2: No such file or directory) in /etc/nginx/nginx.conf:12");
        Assert.Equal((2, "/etc/nginx/nginx.conf", 12), (r.Errno, r.ConfigFile, r.ConfigLine));
        Assert.Equal("open() \"/etc/nginx/mime.types\" failed", r.Message);
        Assert.Null(r.Time);
        Assert.Equal(LogLevel.Emerg, r.Level);
        Assert.NotNull(r.Known);
    }

    [Fact]
    public void HostNotFound_NamesPlaceAndMessage()
    {
        ErrorLogRecord r = Parse("2026/11/20 22:37:13 [emerg] 9#9: host not found in upstream \"app.internal\" in /etc/nginx/conf.d/app.conf:3");
        Assert.Equal("host not found in upstream \"app.internal\"", r.Message);
        Assert.Equal("/etc/nginx/conf.d/app.conf", r.ConfigFile);
        Assert.NotNull(r.Known);
    }

    [Fact]
    public void StreamLine_HasPeerWithoutScheme()
    {
        ErrorLogRecord r = Parse("2026/11/20 22:37:13 [error] 9#9: *3 connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.7, server: 0.0.0.0:5432, upstream: \"10.0.0.9:5432\", bytes from/to client:0/0, bytes from/to upstream:0/0");
        Assert.True(r.IsStream);
        Assert.Equal("10.0.0.9:5432", r.UpstreamPeer);
        Assert.Null(r.UpstreamScheme);
        Assert.Equal("0.0.0.0:5432", r.Listen);
        Assert.Equal("stream", r.Known?.Protocol);
    }

    [Fact]
    public void UdpClient_IsAClient()
    {
        ErrorLogRecord r = Parse("2026/11/20 22:37:13 [error] 9#9: *3 upstream timed out (110: Connection timed out) while proxying connection, udp client: 192.0.2.7, server: 0.0.0.0:53, upstream: \"10.0.0.9:53\", bytes from/to client:40/0, bytes from/to upstream:0/40");
        Assert.Equal("192.0.2.7", r.Client);
        Assert.Equal("proxying connection", r.Phase);
    }

    [Fact]
    public void ResolverAndAcceptLines_HaveTheirOwnContext()
    {
        ErrorLogRecord resolver = Parse("2026/11/20 22:37:13 [error] 9#9: recv() failed (111: Connection refused) while resolving, resolver: 127.0.0.53:53");
        Assert.Equal(("resolving", "127.0.0.53:53", 111), (resolver.Phase, resolver.Peer, resolver.Errno));
        ErrorLogRecord accept = Parse("2026/11/20 22:37:13 [crit] 9#9: accept4() failed (24: Too many open files) while accepting new connection on 0.0.0.0:80");
        Assert.Equal(("0.0.0.0:80", 24), (accept.Listen, accept.Errno));
        Assert.NotNull(accept.Known);
    }

    [Fact]
    public void EmptyServerName_IsEmptyNotAbsent()
    {
        ErrorLogRecord r = Parse(Head + "connect() failed (111: Connection refused) while connecting to upstream, client: 1.2.3.4, server: , request: \"GET / HTTP/1.1\", upstream: \"http://127.0.0.1:1/\", host: \"x\"");
        Assert.Equal("", r.Server);
    }

    [Fact]
    public void Subrequest_IsKeptApartFromItsParent()
    {
        ErrorLogRecord r = Parse(Head + "connect() failed (111: Connection refused) while connecting to upstream, client: 1.2.3.4, server: a, request: \"GET /private HTTP/1.1\", subrequest: \"/auth\", upstream: \"http://127.0.0.1:4000/auth\", host: \"a\"");
        Assert.Equal(("/auth", "/private", "127.0.0.1:4000"), (r.Subrequest, r.RequestUri, r.UpstreamPeer));
        Assert.True(r.UpstreamIsTrusted);
    }

    [Fact]
    public void UpstreamForgedInTheReferrer_LeavesTheGenuineOne()
    {
        ErrorLogRecord r = Parse(Head + "connect() failed (111: Connection refused) while connecting to upstream" + Tail + ", referrer: \"x\", upstream: \"http://198.51.100.66:666/evil\", host: \"evil\"");
        Assert.Equal("127.0.0.1:3000", r.UpstreamPeer);
        Assert.Equal("shop.example", r.Host);
        Assert.True(r.UpstreamIsTrusted);
    }

    [Fact]
    public void WholeContextForgedInTheReferrer_LeavesTheGenuineOne()
    {
        ErrorLogRecord r = Parse(Head + "connect() failed (111: Connection refused) while connecting to upstream" + Tail
            + ", referrer: \"a (110: x) while reading upstream, client: 198.51.100.66, server: evil, request: \"GET / HTTP/1.1\", upstream: \"http://198.51.100.66:1/\"\"");
        Assert.Equal(("192.0.2.7", "127.0.0.1:3000", "connecting to upstream"), (r.Client, r.UpstreamPeer, r.Phase));
    }

    [Fact]
    public void UpstreamForgedInAnOldStyleRequestLine_LeavesTheGenuineOne()
    {
        ErrorLogRecord r = Parse(Head + "connect() failed (111: Connection refused) while connecting to upstream, client: 1.2.3.4, server: a, "
            + "request: \"GET /x\", upstream: \"http://198.51.100.66:666/\", host: \"h HTTP/1.1\", upstream: \"http://127.0.0.1:3000/x\", host: \"real\"");
        Assert.Equal("127.0.0.1:3000", r.UpstreamPeer);
        Assert.Equal("real", r.Host);
    }

    [Fact]
    public void RequestWithoutVersionAndTwoUpstreams_IsNotTrusted()
    {
        ErrorLogRecord r = Parse(Head + "connect() failed (111: Connection refused) while connecting to upstream, client: 1.2.3.4, server: a, "
            + "request: \"GET /x\", upstream: \"http://198.51.100.66:666/\", upstream: \"http://127.0.0.1:3000/x\"");
        Assert.False(r.UpstreamIsTrusted);
    }

    [Fact]
    public void ForgedReferrerOfASubrequest_DoesNotTakeTrustAway()
    {
        ErrorLogRecord r = Parse(Head + "connect() failed (111: Connection refused) while connecting to upstream, client: 1.2.3.4, server: a, request: \"GET /p HTTP/1.1\", subrequest: \"/auth\", upstream: \"http://127.0.0.1:4000/auth\", host: \"a\", referrer: \"x\", upstream: \"http://198.51.100.66:1/\"\"");
        Assert.True(r.UpstreamIsTrusted);
        Assert.Equal("127.0.0.1:4000", r.UpstreamPeer);
    }

    [Fact]
    public void QuoteInTheRequestOfASubrequest_TakesTrustAway()
    {
        ErrorLogRecord r = Parse(Head + "connect() failed (111: Connection refused) while connecting to upstream, client: 1.2.3.4, server: a, request: \"GET /p%22 HTTP/1.1\", subrequest: \"/inc/p\", upstream: \"http://198.51.100.66:1/\", host: \"x\", upstream: \"http://127.0.0.1:4000/inc\", host: \"a\"");
        Assert.False(r.UpstreamIsTrusted);
    }

    [Theory]
    [InlineData("nope.internal could not be resolved (3: Host not found)", "src/http/ngx_http_upstream.c")]
    [InlineData("no resolver defined to resolve nope.internal", "src/http/ngx_http_upstream.c")]
    public void TextOfSeveralModules_IsTheRequestsOwn(string message, string source) =>
        Assert.Equal(source, Parse(Head + message + ", client: 1.2.3.4, server: a, request: \"GET /x HTTP/1.1\", host: \"a\"").Known?.SourceFile);

    [Fact]
    public void FullDisk_IsNamedAmongTheCandidates()
    {
        ErrorLogRecord r = Parse("2026/11/20 22:37:13 [crit] 9#9: *3 open() \"/var/cache/nginx/a/1\" failed (28: No space left on device), client: 1.2.3.4, server: a, request: \"GET /x HTTP/1.1\", host: \"a\"");
        Assert.Contains("disk-full", r.Known!.Candidates);
    }

    [Fact]
    public void ContextForgedInADecodedUri_IsNotTrusted()
    {
        ErrorLogRecord r = Parse(Head + "open() \"/srv/www/x\" failed (2: No such file or directory), client: 198.51.100.66, server: evil, request: \"GET / HTTP/1.1\", upstream: \"http://198.51.100.66/\", host: \"y\" failed (2: No such file or directory), client: 192.0.2.7, server: a, request: \"GET /x%22%20 HTTP/1.1\", host: \"a\"");
        Assert.False(r.UpstreamIsTrusted);
    }

    [Fact]
    public void ForgedClientInsideAQuotedUri_IsSkipped()
    {
        ErrorLogRecord r = Parse(Head + "open() \"/srv/www/x, client: 198.51.100.66, server: evil\" failed (2: No such file or directory), client: 192.0.2.7, server: a, request: \"GET /x%2c HTTP/1.1\", host: \"a\"");
        Assert.Equal(("192.0.2.7", "a", 2), (r.Client, r.Server, r.Errno));
    }

    [Fact]
    public void QuotesInAUri_DoNotEndIt()
    {
        ErrorLogRecord r = Parse(Head + "connect() failed (111: Connection refused) while connecting to upstream, client: 1.2.3.4, server: a, request: \"GET /a\"b\" HTTP/1.1\", upstream: \"http://127.0.0.1:3000/a\"b\"\", host: \"a\"");
        Assert.Equal("/a\"b\"", r.RequestUri);
        Assert.Equal("127.0.0.1:3000", r.UpstreamPeer);
        Assert.Equal("a", r.Host);
    }

    [Fact]
    public void LineOf2047Bytes_IsTruncated()
    {
        string line = (Head + "connect() failed (111: Connection refused) while connecting to upstream, client: 1.2.3.4, server: a, request: \"GET /" + new string('x', 3000))[..2047];
        ErrorLogRecord r = Parse(line);
        Assert.True(r.Truncated);
        Assert.Null(r.Upstream);
        Assert.Equal("connecting to upstream", r.Phase);
        Assert.Equal("GET", r.Method);
    }

    [Fact]
    public void LineCutInsideTheAppsWords_IsKnown()
    {
        ErrorLogRecord r = Parse((Head + "FastCGI sent in stderr: \"PHP message: " + new string('x', 3000))[..2047]);
        Assert.Equal("fastcgi-sent-in-stderr", r.Known?.Id);
    }

    [Fact]
    public void DebugLine_HasNoContext()
    {
        ErrorLogRecord r = Parse("2026/11/20 22:37:13 [debug] 9#9: *3 http upstream while connecting to upstream, client: x");
        Assert.Null(r.Client);
        Assert.Null(r.Phase);
    }

    [Theory]
    [InlineData("connect() failed (111: Connection refused) while connecting to upstream")]
    [InlineData("connect() failed (111: Connection refused) while connecting to upstream, client: 10.0.0.1, server: x.y, request: \"GET / HTTP/1.1\", upstream: \"http://127.0.0.1:1/\"")]
    [InlineData("*1 connect() failed (111: Connection refused) while connecting to upstream")]
    [InlineData("[error] 3#3: *1 connect() failed (111: Connection refused) while connecting to upstream")]
    [InlineData("> 2026/11/20 22:37:13 [error] 3#3: *1 connect() failed (111: Connection refused) while connecting to upstream")]
    [InlineData("Error: 2026/11/20 22:37:13 [error] 3#3: *1 connect() failed (111: Connection refused) while connecting to upstream")]
    [InlineData("`connect() failed (111: Connection refused) while connecting to upstream")]
    public void PastedFragment_IsRecognised(string text)
    {
        ErrorLogRecord r = Parse(text);
        Assert.Equal(111, r.Errno);
        Assert.Equal("connecting to upstream", r.Phase);
        Assert.NotNull(r.Known);
    }

    [Fact]
    public void MessageWithOpenSslsQueue_IsRecognisedWithoutItsHead()
        => Assert.Equal("No such file or directory", Parse("BIO_new_file(\"/srv/keys/a.pem\") failed (SSL: error:02001002:system library:fopen:No such file or directory:fopen('/srv/keys/a.pem','r') error:2006D080:BIO routines:BIO_new_file:no such file)").Ssl?.Reason);

    [Fact]
    public void TypographicAndHtmlQuotes_AreRestored()
    {
        ErrorLogRecord curly = Parse(Head + "connect() failed (111: Connection refused) while connecting to upstream, client: 1.2.3.4, server: a, request: “GET / HTTP/1.1”, upstream: “http://127.0.0.1:3000/”, host: “a”");
        Assert.Equal("127.0.0.1:3000", curly.UpstreamPeer);
        ErrorLogRecord html = Parse(Head + "connect() failed (111: Connection refused) while connecting to upstream, client: 1.2.3.4, server: a, request: &quot;GET / HTTP/1.1&quot;, upstream: &quot;http://127.0.0.1:3000/&quot;, host: &quot;a&quot;");
        Assert.Equal(("127.0.0.1:3000", "a"), (html.UpstreamPeer, html.Host));
    }

    [Fact]
    public void UnknownText_IsNoRecord()
    {
        Assert.Null(ErrorLogLine.Parse("the quick brown fox"));
        Assert.Null(ErrorLogLine.Parse("2026/11/20 22:37:13 http: Server closed"));
        Assert.Null(ErrorLogLine.Parse(""));
    }

    [Fact]
    public void UnknownMessage_IsARecordWithoutAName()
    {
        ErrorLogRecord r = Parse(Head + "[lua] balancer.lua:12: balance(): no peer" + Tail);
        Assert.Null(r.Known);
        Assert.Equal("127.0.0.1:3000", r.UpstreamPeer);
    }

    [Fact]
    public void EqualTextsOfTwoModules_AreToldApartByTheUpstream()
    {
        ErrorLogRecord http = Parse(Head + "upstream sent no valid HTTP/1.0 header while reading response header from upstream" + Tail);
        Assert.Equal("http", http.Known?.Protocol);
        ErrorLogRecord stream = Parse("2026/11/20 22:37:13 [error] 9#9: *3 no live upstreams while connecting to upstream, client: 192.0.2.7, server: 0.0.0.0:5432, upstream: \"db\", bytes from/to client:0/0, bytes from/to upstream:0/0");
        Assert.Equal("stream", stream.Known?.Protocol);
        Assert.Equal("db", stream.UpstreamPeer);
    }
}
