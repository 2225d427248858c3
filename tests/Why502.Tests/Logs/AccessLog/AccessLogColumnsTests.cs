using System.Text;
using System.Text.RegularExpressions;
using Why502.Logs;
using Xunit;

namespace Why502.Tests.Logs;

/// <summary>Rows of formats that nobody names are read by what stands at each place in all of them.</summary>
public sealed partial class AccessLogColumnsTests
{
    private const int Rows = 64;

    public static TheoryData<string> Formats => new(
    [
        "$time_iso8601|$remote_addr|$host|$request_method|$request_uri|$status|$body_bytes_sent|$request_time|$upstream_addr|$upstream_status|$upstream_response_time|$http_user_agent",
        "$msec\t$remote_addr\t$status\t$request_time\t$upstream_response_time\t$upstream_addr\t$upstream_status\t$request",
        "$time_local\t$remote_addr\t$request\t$status\t$body_bytes_sent\t$request_time\t$upstream_addr\t$upstream_status\t$http_user_agent",
        "time:$time_local\thost:$remote_addr\treq:$request\tstatus:$status\tsize:$body_bytes_sent\tua:$http_user_agent\treqtime:$request_time\tapptime:$upstream_response_time\tvhost:$host",
        "time:$time_iso8601\tremote_addr:$remote_addr\trequest_method:$request_method\trequest_uri:$request_uri\tstatus:$status\trequest_time:$request_time\tupstream_addr:$upstream_addr\tua:$http_user_agent",
        "time=$time_iso8601 remote_addr=$remote_addr method=$request_method uri=\"$request_uri\" status=$status request_time=$request_time upstream_addr=\"$upstream_addr\" upstream_status=\"$upstream_status\" host=\"$host\" agent=\"$http_user_agent\"",
        "<190>Nov  1 10:00:00 web1 nginx: " + AccessLogFormat.CombinedText + " rt=$request_time ua=\"$upstream_addr\" us=\"$upstream_status\"",
        "nginx-1  | " + AccessLogFormat.CombinedText,
        "$time_iso8601|$remote_addr|$request_method|$host|$request_uri|$status|$body_bytes_sent|$request_time|$upstream_addr|$upstream_status|$upstream_response_time|$upstream_header_time|$http_user_agent",
        "\"$time_iso8601\",\"$remote_addr\",\"$request_method\",\"$host\",\"$request_uri\",\"$status\",\"$request_time\",\"$upstream_addr\",\"$upstream_status\",\"$upstream_response_time\"",
        "$remote_addr~$time_iso8601~$host~$request_method~$request_uri~$status~$request_time~$upstream_status~$upstream_addr~$upstream_response_time",
        "ts=$msec; ip=$remote_addr; req=\"$request\"; code=$status; rt=$request_time; up=[$upstream_addr]; us=[$upstream_status]; urt=[$upstream_response_time]; ua=\"$http_user_agent\"",
        "at=$msec ip=$remote_addr req=\"$request\" answer=$status up=\"$upstream_addr\" ust=\"$upstream_status\" rt=$request_time",
        "$remote_addr - [$time_local] $host \"$request\" -> $upstream_addr ($upstream_status) $upstream_response_time s => $status in $request_time",
        "[$time_local] $remote_addr \"$request\" $status $request_time \"$upstream_addr\" \"$upstream_status\" \"$upstream_response_time\" \"$upstream_header_time\" \"$upstream_connect_time\"",
        AccessLogFormat.CombinedText + " rt=\"$request_time\" urt=\"$upstream_response_time\" ut=\"$upstream_addr\"",
        AccessLogFormat.CombinedText + " upstream=$upstream_addr/$upstream_status time=$request_time/$upstream_response_time",
        "{ \"upstream\": { \"addr\": \"$upstream_addr\", \"status\": \"$upstream_status\", \"time\": \"$upstream_response_time\" }, \"request\": \"$request\", \"status\": \"$status\", \"request_time\": \"$request_time\", \"msec\": $msec, \"client\": \"$remote_addr\" }",
        "{\"@timestamp\":\"$time_iso8601\",\"source\":{\"ip\":\"$remote_addr\"},\"http\":{\"request\":{\"method\":\"$request_method\"},\"response\":{\"status_code\":$status}},\"url\":{\"path\":\"$request_uri\"},\"nginx\":{\"request_time\":$request_time,\"upstream\":{\"addr\":\"$upstream_addr\",\"status\":\"$upstream_status\",\"response_time\":\"$upstream_response_time\",\"header_time\":\"$upstream_header_time\"}}}",
        "{\"host\":\"web-1\",\"short_message\":\"$request\",\"timestamp\":$msec,\"_remote_addr\":\"$remote_addr\",\"_status\":$status,\"_http_host\":\"$host\"}",
        "$status $request_time \"$request\" $remote_addr [$time_local] $upstream_addr",
        AccessLogFormat.CombinedText + " $request_time -> $upstream_addr ($upstream_status) $upstream_response_time",
        AccessLogFormat.CombinedText + " \"$upstream_addr\" \"$upstream_status\" \"$upstream_response_time\" $request_time",
        AccessLogFormat.CombinedText + " $request_time $upstream_addr $upstream_status $upstream_response_time",
        AccessLogFormat.CombinedText + " $request_time $upstream_connect_time $upstream_header_time $upstream_response_time",
        "[$time_local] $remote_addr - $remote_user - $server_name to: $upstream_addr: $request $status upstream_response_time $upstream_response_time msec $msec request_time $request_time",
        "[$time_local] $remote_addr \"$request\" $status upstream: $upstream_addr upstream_response_time: $upstream_response_time request_time: $request_time",
        "{ \"msec\": \"$msec\", \"client_ip\": \"$remote_addr\", \"method\": \"$request_method\", \"uri\": \"$request_uri\", \"status\": \"$status\", \"upstream\": \"$upstream_addr\", \"ua\": \"$http_user_agent\" }",
    ]);

    [Theory]
    [MemberData(nameof(Formats))]
    public void Rows_TellTheirFormatTogether(string text)
    {
        string[] lines = Fill(text);
        AccessLogFormat written = AccessLogFormat.Compile(text, text[0] == '{' ? EscapeMode.Json : EscapeMode.Default);
        AccessLogFormat found = Assert.IsType<AccessLogFormat>(AccessLogFormat.Recognise(lines));
        AccessFields asked = written.Fields & ~(AccessFields.BodyBytes | AccessFields.Host | AccessFields.ServerName);
        Assert.True((found.Fields & asked) == asked, $"{found.Text}: {asked & ~found.Fields}");
        foreach (string line in lines)
        {
            byte[] bytes = Encoding.Latin1.GetBytes(line);
            Assert.True(written.TryParse(bytes, out AccessRecord? expected), line);
            Assert.True(found.TryParse(bytes, out AccessRecord? actual), $"{found.Text}\n{line}");
            Assert.Equal(
                (expected.Status, expected.Method, expected.Path, expected.Client, expected.RequestTime, string.Join(',', expected.UpstreamAddrs), string.Join(',', expected.UpstreamStatuses), string.Join(',', expected.UpstreamResponseTimes)),
                (actual.Status, actual.Method, actual.Path, actual.Client, actual.RequestTime, string.Join(',', actual.UpstreamAddrs), string.Join(',', actual.UpstreamStatuses), string.Join(',', actual.UpstreamResponseTimes)));
            Assert.Equal(expected.Time!.Value.ToUnixTimeSeconds(), actual.Time!.Value.ToUnixTimeSeconds());
        }
    }

    [Theory]
    [InlineData(AccessLogFormat.CombinedText)]
    [InlineData(AccessLogFormat.CombinedText + " $request_time $upstream_addr $upstream_status $upstream_response_time")]
    public void RowsThatAContainerEngineKeeps_AreReadInside(string text)
    {
        string[] lines = [.. Fill(text).Select(row => $"{{\"log\":\"{row.Replace("\"", "\\\"")}\\n\",\"stream\":\"stdout\",\"time\":\"2026-11-20T21:37:13.123456789Z\"}}")];
        AccessLogFormat found = Assert.IsType<AccessLogFormat>(AccessLogFormat.Recognise(lines));
        Assert.Equal(AccessLogFormat.Compile(text).Fields & AccessFields.UpstreamAddr, found.Fields & AccessFields.UpstreamAddr);
        foreach (string line in lines)
        {
            Assert.True(found.TryParse(Encoding.Latin1.GetBytes(line), out AccessRecord? record), line);
            Assert.True(record is { Method: "GET", Status: 200 or 502, Time: not null } && record.Path!.StartsWith("/users/", StringComparison.Ordinal), line);
        }
    }

    [Theory]
    [InlineData("<190>Nov  1 10:00:00 web-1 nginx: ")]
    [InlineData("Nov 20 22:37:13 web-1 nginx[17]: ")]
    [InlineData("2026-11-20T21:37:13.123456789Z stdout F ")]
    [InlineData("<190>1 2026-11-20T21:37:13Z web-1 nginx 17 - - ")]
    [InlineData("shop-nginx-1  | ")]
    public void RowsThatWerePassedOn_AreReadBehindWhatStandsInFront(string front)
    {
        const string text = "{\"t\":\"$time_iso8601\",\"client\":\"$remote_addr\",\"request\":\"$request\",\"status\":$status,\"upstream_addr\":\"$upstream_addr\",\"ua\":\"a \\\"bot\\\"\"}";
        AccessLogFormat written = AccessLogFormat.Compile(text, EscapeMode.Json);
        string[] lines = [.. Fill(text).Select((row, i) => front.Replace("13", $"{i % 60:00}", StringComparison.Ordinal).Replace("17", $"{i}", StringComparison.Ordinal) + row)];
        foreach (AccessLogFormat? found in (AccessLogFormat?[])[AccessLogFormat.Recognise(lines), AccessLogFormat.PassedOn(lines, written)])
        {
            Assert.NotNull(found);
            Assert.All(lines, line => Assert.True(found.TryParse(Encoding.Latin1.GetBytes(line), out AccessRecord? record) && record.Status is 200 or 502 && record.Client is not null, $"{found.Text}\n{line}"));
        }
    }

    /// <summary>Every attempt has a response time; a dash beside an upstream's address is a header that never came.</summary>
    [Fact]
    public void OnlyTimeWithDashesBesideAddresses_IsTheHeaders()
    {
        AccessFields fields = Assert.IsType<AccessLogFormat>(AccessLogFormat.Recognise(Fill("$remote_addr [$time_local] \"$request\" $status $request_time \"$upstream_addr\" \"$upstream_status\" \"$upstream_header_time\""))).Fields;
        Assert.Equal(AccessFields.UpstreamHeaderTime, fields & (AccessFields.UpstreamHeaderTime | AccessFields.UpstreamResponseTime));
    }

    [Fact]
    public void FewLinesOfSomethingElse_HideNoFormat()
    {
        string[] lines = [.. Fill(AccessLogFormat.CombinedText + " $request_time").Select((row, i) => i % 5 == 1 ? "nginx: something else" : row)];
        Assert.Null(AccessLogFormat.Recognise(lines));
        Assert.Equal(AccessFields.RequestTime, Assert.IsType<AccessLogFormat>(AccessLogFormat.RecogniseMost(lines)).Fields & AccessFields.RequestTime);
    }

    [Theory]
    [InlineData("8810 upstream timed out (110: Connection timed out) while reading response header from upstream, client: 192.0.2.41, request: \"GET /desk HTTP/2.0\", upstream: \"fastcgi://127.0.0.1:9000\"")]
    [InlineData("time=2026-11-20T22:37:13Z level=error msg=\"upstream failed\" status=502 took=0.310")]
    [InlineData("2026-11-20T22:37:13Z INFO worker 17 took 0.310 502")]
    [InlineData("a;b;c;d;200;0.310;/users")]
    [InlineData("Nov 20 22:37:13 web1 app[12]: GET /users answered 200 in 0.310")]
    public void OtherLogs_AreNone(string line) => Assert.Null(AccessLogFormat.Recognise([.. Enumerable.Repeat(line, 20)]));

    private static string[] Fill(string text)
    {
        var random = new Random(5);
        var lines = new string[Rows];
        for (int i = 0; i < Rows; i++)
        {
            int upstream = i % 4;
            int status = upstream == 3 ? 502 : 200;
            int response = random.Next(5, 900);
            Dictionary<string, string> values = new()
            {
                ["remote_addr"] = i % 7 == 0 ? "2001:db8::1" : $"192.0.2.{i}",
                ["remote_user"] = "-",
                ["time_local"] = $"20/Nov/2026:22:37:{i % 60:00} +0100",
                ["time_iso8601"] = $"2026-11-20T22:37:{i % 60:00}+01:00",
                ["msec"] = $"17900000{i:00}.123",
                ["request"] = $"GET /users/{i}?x HTTP/1.1",
                ["request_method"] = i % 5 == 0 ? "POST" : "GET",
                ["request_uri"] = $"/users/{i}?x",
                ["status"] = $"{status}",
                ["body_bytes_sent"] = $"{random.Next(1, 100_000)}",
                ["host"] = "shop.example.com",
                ["server_name"] = "shop.example.com",
                ["http_user_agent"] = i % 3 == 0 ? "Mozilla/5.0 (X11; Linux x86_64) Gecko" : "curl/8",
                ["request_time"] = $"0.{(upstream == 0 ? 0 : response):000}",
                ["upstream_addr"] = upstream switch { 0 => "-", 3 => "10.0.0.1:8080, [::1]:80 : unix:/run/a.sock", _ => "10.0.0.2:8080" },
                ["upstream_status"] = upstream switch { 0 => "-", 3 => "502, 504 : 502", _ => "200" },
                ["upstream_response_time"] = upstream switch { 0 => "-", 3 => $"0.001, 0.002 : 0.{response - 3:000}", _ => $"0.{response - 1:000}" },
                ["upstream_header_time"] = upstream switch { 0 => "-", 3 => "-, - : -", _ => $"0.{response - 2:000}" },
                ["upstream_connect_time"] = upstream switch { 0 => "-", 3 => "-, - : -", _ => "0.001" },
            };
            lines[i] = Variable().Replace(text, match => values.GetValueOrDefault(match.Groups[1].Value, "-"));
        }

        return lines;
    }

    [GeneratedRegex(@"\$(\w+)")]
    private static partial Regex Variable();
}
