using System.Text;
using Why502.Logs;
using Xunit;

namespace Why502.Tests.Logs;

public class AccessLogTests
{
    private const string Timed = AccessLogFormat.CombinedText + " $request_time $upstream_addr $upstream_status $upstream_response_time $upstream_header_time";
    private const string Row = "192.0.2.7 - - [20/Nov/2026:22:37:13 +0100] \"GET /users/17?x=1 HTTP/1.1\" 502 157 \"-\" \"curl/8\"";

    private static AccessRecord Parse(AccessLogFormat format, string line)
    {
        Assert.True(format.TryParse(Encoding.UTF8.GetBytes(line), out AccessRecord? record), line);
        return record;
    }

    [Fact]
    public void CombinedRow_IsRead()
    {
        AccessRecord r = Parse(AccessLogFormat.Combined, Row);
        Assert.Equal((502, "GET", "/users/17", 157L), (r.Status, r.Method, r.Path, r.BodyBytesSent));
        Assert.Equal(new DateTimeOffset(2026, 11, 20, 21, 37, 13, TimeSpan.Zero), r.Time);
        Assert.Equal(StatusOrigin.Unknown, r.Origin);
    }

    [Fact]
    public void UnquotedUpstreamLists_AreSplit()
    {
        AccessRecord r = Parse(AccessLogFormat.Compile(Timed), Row + " 0.310 10.0.0.1:80, [::1]:80 : unix:/run/a.sock 502, 504 : 200 0.001, 0.300 : 0.005 -, - : 0.004");
        Assert.Equal(["10.0.0.1:80", "[::1]:80", "unix:/run/a.sock"], r.UpstreamAddrs);
        Assert.Equal([502, 504, 200], r.UpstreamStatuses);
        Assert.Equal([0.001, 0.3, 0.005], r.UpstreamResponseTimes);
        Assert.True(double.IsNaN(r.UpstreamHeaderTimes[0]));
        Assert.Equal(0.31, r.RequestTime);
    }

    [Theory]
    [InlineData("unix:/run/app/a.sock/502", "unix:/run/app/a.sock", 502)]
    [InlineData("unix:/run/a.sock, unix:/run/b.sock/502, 504", "unix:/run/a.sock unix:/run/b.sock", 504)]
    [InlineData("10.0.0.1:80, 10.0.0.2:80 : [::1]:80/502, 502 : 200", "10.0.0.1:80 10.0.0.2:80 [::1]:80", 200)]
    public void PathOfASocket_MayHoldWhatFollowsIt(string value, string addresses, int last)
    {
        AccessRecord r = Parse(AccessLogFormat.Compile(AccessLogFormat.CombinedText + " up=$upstream_addr/$upstream_status rt=$request_time"), $"{Row} up={value} rt=0.310");
        Assert.Equal((addresses, last, 0.31), (string.Join(' ', r.UpstreamAddrs), r.UpstreamStatuses[^1], r.RequestTime));
    }

    [Theory]
    [InlineData("$request_method $scheme://$host$request_uri $status", "GET https://shop.example.com/users/17?x=1 502", "shop.example.com")]
    [InlineData("$request_method $host$uri$is_args$args $status", "GET shop.example.com/users/17?x=1 502", "shop.example.com")]
    [InlineData("$request_method $uri$is_args$args $status", "GET /users/17?x=1 502", null)]
    public void VariablesThatTouch_AreToldApartWhereTheirTextsAllowIt(string format, string line, string? host)
    {
        AccessRecord r = Parse(AccessLogFormat.Compile(format), line);
        Assert.Equal((502, "/users/17", host), (r.Status, r.Path, r.Host));
    }

    /// <summary>A request that was never read whole has no path: nginx writes a dash behind the server's name, or nothing.</summary>
    [Theory]
    [InlineData("escape=default", "- http://my-shop.example.com- 408 0.001 \"Mozilla/5.0 (a/b)\"")]
    [InlineData("escape=json", " http://my-shop.example.com 408 0.001 \"Mozilla/5.0 (a/b)\"")]
    public void RowWithoutAPath_HasItsHost(string escape, string line)
    {
        AccessLogFormat format = AccessLogFormat.Compile("$request_method $scheme://$host$request_uri $status $request_time \"$http_user_agent\"", escape == "escape=json" ? EscapeMode.Json : EscapeMode.Default);
        AccessRecord r = Parse(format, line);
        Assert.Equal((408, "my-shop.example.com", 0.001), (r.Status, r.Host, r.RequestTime));
    }

    [Theory]
    [InlineData("192.0.2.7|-|20/Nov/2026:22:37:13 +0100|GET /users/17 HTTP/1.1|502|157|0.310|10.0.0.1:80|502")]
    [InlineData("192.0.2.7 || [20/Nov/2026:22:37:13 +0100] || \"GET /users/17 HTTP/1.1\" || 502 || 157 || 0.310")]
    [InlineData("2026-11-20T22:37:13+01:00 502 192.0.2.7 \"GET /users/17 HTTP/1.1\" 0.310")]
    public void RowInAnOrderOfItsOwn_IsReadByTheFormOfItsValues(string line)
    {
        AccessLogFormat format = Assert.IsType<AccessLogFormat>(AccessLogFormat.Recognise([line]));
        AccessRecord r = Parse(format, line);
        Assert.Equal((502, "GET", "/users/17", "192.0.2.7", 0.31), (r.Status, r.Method, r.Path, r.Client, r.RequestTime));
        Assert.Equal(new DateTimeOffset(2026, 11, 20, 21, 37, 13, TimeSpan.Zero), r.Time);
    }

    [Fact]
    public void JsonRowWithAnObjectInside_IsReadByItsNamesAtAnyDepth()
    {
        const string line = "{\"time\":\"2026-11-20T22:37:13+01:00\",\"upstreamAddr\":\"10.0.0.1:80\",\"upstreamStatus\":\"-\",\"request\":{\"requestMethod\":\"GET\",\"requestUrl\":\"/users/17\",\"status\":504,\"latency\":\"15.004\"}}";
        AccessRecord r = Parse(Assert.IsType<AccessLogFormat>(AccessLogFormat.Recognise([line])), line);
        Assert.Equal((504, "10.0.0.1:80", 15.004), (r.Status, r.UpstreamAddrs[0], r.RequestTime));
    }

    [Fact]
    public void RowWithoutADate_NeedsItsUpstream()
    {
        const string line = "[11:24:40 +0000]|| \"POST /tally HTTP/2.0\"|| 502|| 150|| \"-\"|| 0.000|| 0.001|| 10.0.0.1:80|| 502";
        AccessRecord r = Parse(Assert.IsType<AccessLogFormat>(AccessLogFormat.Recognise([line])), line);
        Assert.Equal((502, 502), (r.Status, r.UpstreamStatuses[0]));
        Assert.Null(AccessLogFormat.Recognise(["\"POST /tally HTTP/2.0\" gave 502 at once"]));
    }

    [Theory]
    [InlineData("the request \"GET /users HTTP/1.1\" failed with 502 at noon")]
    [InlineData("> GET /users/17 HTTP/1.1")]
    [InlineData("20/Nov/2026:22:37:13 +0100 GET /users HTTP/1.1 took 12 ms")]
    public void ProseAboutARequest_IsNoRow(string line) => Assert.Null(AccessLogFormat.Recognise([line]));

    [Theory]
    [InlineData("0.001 10.0.0.1:80 502 0.001 -", StatusOrigin.Nginx)]
    [InlineData("0.001 10.0.0.1:80 502 0.001 0.001", StatusOrigin.Upstream)]
    [InlineData("0.000 - - - -", StatusOrigin.Nginx)]
    public void OriginOfTheStatus_ComesFromTheHeaderTime(string tail, StatusOrigin origin) =>
        Assert.Equal(origin, Parse(AccessLogFormat.Compile(Timed), Row + " " + tail).Origin);

    [Fact]
    public void UpstreamStatusAlone_NeverProvesTheUpstream() =>
        Assert.Equal(StatusOrigin.Unknown, Parse(AccessLogFormat.Compile(AccessLogFormat.CombinedText + " $upstream_addr $upstream_status"), Row + " 10.0.0.1:80 502").Origin);

    [Fact]
    public void ClosedByTheClient_IsTheClients() =>
        Assert.Equal(StatusOrigin.Client, Parse(AccessLogFormat.Combined, Row.Replace("\" 502 ", "\" 499 ")).Origin);

    [Fact]
    public void JsonRow_WithEscapedQuotes_IsRead()
    {
        AccessLogFormat format = AccessLogFormat.Compile("{\"t\":\"$time_iso8601\",\"r\":\"$request\",\"s\":$status,\"ua\":\"$http_user_agent\",\"up\":\"$upstream_addr\",\"rt\":$request_time}", EscapeMode.Json);
        AccessRecord r = Parse(format, "{\"t\":\"2026-11-20T22:37:13+01:00\",\"r\":\"GET /a\\\"b HTTP/1.1\",\"s\":504,\"ua\":\"x\\\",\\\"s\\\":200\",\"up\":\"10.0.0.1:80, 10.0.0.2:80\",\"rt\":1.5}");
        Assert.Equal((504, "/a\"b", 1.5), (r.Status, r.Path, r.RequestTime));
        Assert.Equal(2, r.UpstreamAddrs.Count);
    }

    [Fact]
    public void EscapedBytes_AreDecoded() => Assert.Equal("/a\"b", Parse(AccessLogFormat.Combined, Row.Replace("/users/17?x=1", "/a\\x22b")).Path);

    [Fact]
    public void HostileUserAgent_CannotShiftFields() =>
        Assert.Equal(502, Parse(AccessLogFormat.Combined, Row.Replace("curl/8", "\\x22 200 5 \\x22-\\x22")).Status);

    [Fact]
    public void BareFreeText_IsFittedByWhatFollows()
    {
        AccessLogFormat format = AccessLogFormat.Compile("$remote_addr $http_user_agent $status $request_time");
        Assert.Equal((404, 0.5), (Parse(format, "1.2.3.4 Mozilla 5.0 (X 200 Y) 404 0.500").Status, Parse(format, "1.2.3.4 a b 404 0.500").RequestTime));
    }

    public static TheoryData<string, AccessFields> Samples => new()
    {
        { Row, AccessFields.Status },
        { Row + " \"203.0.113.5\"", AccessFields.Status },
        { "shop.example:443 " + Row, AccessFields.Host },
        { Row + " 512 0.003 [default-web-80] [] 10.1.0.4:8080 157 0.003 502 5d41402abc4b2a76b9719d911017c592", AccessFields.UpstreamStatus },
        { Row + " rt=0.010 uct=\"0.001\" uht=\"-\" urt=\"0.009\" ua=\"10.0.0.1:80\" us=\"502\"", AccessFields.UpstreamHeaderTime },
        { Row + " 0.310 0.300 10.0.0.1:80 502", AccessFields.UpstreamAddr },
        { "{\"time_local\":\"20/Nov/2026:22:37:13 +0100\",\"request\":\"GET / HTTP/1.1\",\"status\":\"502\",\"upstream_addr\":\"10.0.0.1:80\",\"x\":\"\"}", AccessFields.UpstreamAddr },
    };

    [Theory]
    [MemberData(nameof(Samples))]
    public void CommonFormats_AreRecognised(string line, AccessFields expected)
    {
        AccessLogFormat? format = AccessLogFormat.Recognise([line, line]);
        Assert.NotNull(format);
        Assert.True(format.Fields.HasFlag(expected), format.Text);
        Assert.Equal(502, Parse(format, line).Status);
    }
}
