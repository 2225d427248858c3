using System.Text;
using Why502.Bench.Traffic;
using Why502.Logs;
using Why502.Traffic;
using Why502.Traffic.Engine;
using Xunit;

namespace Why502.Tests.Traffic;

/// <summary>The fast reader reads what the format's own parser reads, whatever the bytes are and whichever vectors the machine has.</summary>
public class RowReaderTests
{
    public static TheoryData<string> Formats => new(Texts);

    private static readonly string[] Texts =
    [
        AccessLogFormat.CombinedText,
        AccessLogFormat.CommonText,
        "$host:$server_port " + AccessLogFormat.CommonText,
        "$host " + AccessLogFormat.CombinedText + " $request_time",
        AccessLogFormat.CommonText + " upstream=$upstream_addr upstream_status=$upstream_status upstream_rt=$upstream_response_time request_rt=$request_time",
        AccessLogFormat.CommonText + " $upstream_addr $upstream_status $upstream_response_time $upstream_header_time $request_time $host",
        AccessLogFormat.CombinedText + " rt=$request_time uct=\"$upstream_connect_time\" uht=\"$upstream_header_time\" urt=\"$upstream_response_time\" ua=\"$upstream_addr\" us=\"$upstream_status\"",
        AccessLogFormat.CombinedText + " \"$http_x_forwarded_for\" $request_time $upstream_response_time $upstream_addr",
        AccessLogFormat.CommonText + " $request_time",
        AccessLogFormat.CombinedText + " $request_length $request_time [$proxy_upstream_name] [$proxy_alternative_upstream_name] $upstream_addr $upstream_response_length $upstream_response_time $upstream_status $req_id",
        "$msec|$status|$request_time|$upstream_addr|$upstream_status|$upstream_response_time|$request_method|$request_uri",
        "$time_iso8601 $remote_addr to: $upstream_addr: $status ($upstream_status) <$upstream_response_time> $request_time",
        "$remote_addr [$time_iso8601] \"$request\" $status up=$upstream_addr/$upstream_status/$upstream_response_time, t=$request_time",
        "$msec $remote_addr $status $request_method $scheme://$host$request_uri $request_time $upstream_addr",
        "$time_iso8601 $remote_addr $request_method $uri$is_args$args $status $request_time",
        "$time_iso8601 $remote_addr \"$upstream_addr\" \"$upstream_status\" $status \"$request\" $bytes_sent",
        "{\"t\":\"$time_iso8601\",\"s\":$status,\"r\":\"$request\",\"a\":\"$upstream_addr\",\"u\":\"$upstream_response_time\"}",
        "{\"ip\":\"$remote_addr\",\"at\":\"$time_local\",\"host\":\"$host\",\"s\":\"$status\",\"n\":$body_bytes_sent,\"q\":\"$request\",\"d\":$request_time,\"a\":\"$upstream_addr\",\"us\":\"$upstream_status\",\"h\":\"$upstream_header_time\",\"u\":\"$upstream_response_time\",\"x\":\"$http_user_agent\"}",
        "t=\"$time_iso8601\" ip=\"$remote_addr\" s=\"$status\" q=\"$request\" a=\"$upstream_addr\" us=\"$upstream_status\" d=\"$request_time\"",
    ];

    [Theory]
    [MemberData(nameof(Formats))]
    public void MutatedRows_AreReadAsTheFormatReadsThem(string text)
    {
        var format = AccessLogFormat.Compile(text, text[0] == '{' ? EscapeMode.Json : EscapeMode.Default);
        var random = new Random(17);
        var log = new StringBuilder();
        for (var i = 0; i < 4000; i++)
        {
            log.Append(Mutate(Fill(text, random), random)).Append('\n');
        }

        var bytes = Encoding.Latin1.GetBytes(log.ToString());
        var slow = new TrafficTables();
        long malformed = 0;
        foreach (var line in log.ToString().Split('\n').Where(line => line.TrimEnd('\r').Length > 0))
        {
            malformed += format.TryParse(Encoding.Latin1.GetBytes(line), out var record) ? 0 : 1;
            if (record is not null)
            {
                slow.Status[record.Status]++;
            }
        }

        var fast = Scan(format, bytes, BytePlaces.Best);
        Assert.Equal(slow.Status, fast.Status);
        Assert.Equal(malformed, fast.Malformed);
        Assert.InRange(malformed, 1, 3999);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void EveryKernel_ReadsTheSame(string text)
    {
        var format = AccessLogFormat.Compile(text, text[0] == '{' ? EscapeMode.Json : EscapeMode.Default);
        var random = new Random(23);
        var log = new StringBuilder();
        for (var i = 0; i < 3000; i++)
        {
            log.Append(random.Next(3) == 0 ? Mutate(Fill(text, random), random) : Fill(text, random)).Append('\n');
        }

        var bytes = Encoding.Latin1.GetBytes(log.ToString());
        var expected = Scan(format, bytes, BytePlaces.Kernel.Scalar);
        foreach (var kernel in Enum.GetValues<BytePlaces.Kernel>())
        {
            var tables = Scan(format, bytes, kernel);
            Assert.Equal(expected.Status, tables.Status);
            Assert.Equal((expected.Rows, expected.Malformed, expected.From, expected.To, expected.RequestTime.Sum), (tables.Rows, tables.Malformed, tables.From, tables.To, tables.RequestTime.Sum));
            Assert.Equal(expected.Upstreams.All.Select(u => (Encoding.Latin1.GetString(u.Name), u.Attempts, u.Response.Sum)), tables.Upstreams.All.Select(u => (Encoding.Latin1.GetString(u.Name), u.Attempts, u.Response.Sum)));
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void RowsOfTheUsualForm_CountAsTheyDoTheLongWay(string text)
    {
        var format = AccessLogFormat.Compile(text, text[0] == '{' ? EscapeMode.Json : EscapeMode.Default);
        var random = new Random(29);
        var log = new StringBuilder();
        for (var i = 0; i < 20_000; i++)
        {
            log.Append(random.Next(9) == 0 ? Mutate(Fill(text, random), random) : Fill(text, random)).Append(random.Next(50) == 0 ? "\r\n" : "\n");
        }

        var bytes = Encoding.Latin1.GetBytes(log.ToString());
        var expected = Scanned(format, bytes, new ScanOptions { Scope = TrafficScope.Full, HasShortWay = false });
        var actual = Scanned(format, bytes, new ScanOptions { Scope = TrafficScope.Full });
        Assert.Equal(Told(expected), Told(actual));
        Assert.Equal(text.Contains("$remote_addr - $remote_user [", StringComparison.Ordinal) && !text.EndsWith("$host", StringComparison.Ordinal), UsualForm.Of(format) is not null);
        Assert.Equal(text[0] is '{' or 't', RowPlan.Of(format).Quoted is not null);
    }

    /// <summary>More clients and routes than there is room for: what is dropped, and when, does not depend on how rows were read, or in which blocks.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void ManyClientsAndRoutes_CountAsTheyDoTheLongWay(int seed)
    {
        var format = AccessLogFormat.Compile("$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent $request_time", EscapeMode.Default);
        var random = new Random(seed);
        var log = new StringBuilder();
        for (var i = 0; i < 60_000; i++)
        {
            var client = (int)(20_000 * Math.Pow(random.NextDouble(), seed));
            var route = (int)(9_000 * Math.Pow(random.NextDouble(), seed));
            log.Append($"10.{client >> 8}.0.{client & 255} - - [21/Sep/2026:14:{i / 1000:00}:07 +0000] \"GET /{Letters(route)}/list?q={i} HTTP/1.1\" {(random.Next(50) == 0 ? 502 : 200)} 17 0.{random.Next(1000):000}\n");
        }

        var bytes = Encoding.Latin1.GetBytes(log.ToString());
        var expected = Told(Scanned(format, bytes, new ScanOptions { Scope = TrafficScope.Full, HasShortWay = false }));
        Assert.Equal(expected, Told(Scanned(format, bytes, new ScanOptions { Scope = TrafficScope.Full })));
        Assert.Equal(expected, Told(Scanned(format, bytes, new ScanOptions { Scope = TrafficScope.Full }, blockMax: 7001)));

        static string Letters(int number) => new([.. Enumerable.Range(0, 4).Select(i => (char)('a' + number / (int)Math.Pow(26, i) % 26))]);
    }

    private static List<string> Told(TrafficScanner scanner)
    {
        var (tables, heavy) = (scanner.Tables, scanner.TakeStretch().Heavy!);
        static string Sketch(Why502.Traffic.Sketches.QuantileSketch sketch) => $"{sketch.Count} {sketch.Sum} {sketch.Min} {sketch.Max} {sketch.Quantile(0.5)} {sketch.Quantile(0.99)}";
        static IEnumerable<string> Frequent(Why502.Traffic.Sketches.HeavyHitters table, bool timed) =>
            Enumerable.Range(0, table.Count).Select(i => $"{table.Text(i)} {table[i].Count} {table[i].Failed} {table[i].Abandoned} {(timed ? Sketch(table.TimesOf(i)) : "")}").Order(StringComparer.Ordinal);
        return
        [
            $"{tables.Rows} {tables.Malformed} {tables.From} {tables.To} {tables.Retried} {tables.RetriesHidden} {tables.Clients.Estimate()} {tables.Paths.Estimate()} {tables.Answered.Count} {tables.TimedOut.Count}",
            string.Join(' ', tables.Status), string.Join(' ', tables.Origins), Sketch(tables.RequestTime), Sketch(tables.AbandonedWaiting),
            .. tables.Minutes.InOrder().Select(minute => $"{minute.Minute} {string.Join(' ', tables.Minutes.Cells[minute.Row..(minute.Row + MinuteColumn.Columns)])}"),
            .. tables.Upstreams.All.OrderBy(node => Encoding.Latin1.GetString(node.Name), StringComparer.Ordinal).Select(node =>
                $"{Encoding.Latin1.GetString(node.Name)} {node.Attempts} {node.Final} {node.Failed} {node.Hidden} {string.Join(' ', node.Origins)} {string.Join(' ', node.Attempted.All())} {string.Join(' ', node.Ended.All())} "
                + $"{Sketch(node.Response)} {Sketch(node.Header)} {Sketch(node.Connect)} {Sketch(node.Failures)} {string.Join(' ', node.Series.InOrder().Select(slot => node.Series.Cells[slot.Row]))}"),
            .. Frequent(heavy.Routes, timed: true), .. Frequent(heavy.Clients, timed: false), .. Frequent(heavy.Methods, timed: false), .. Frequent(heavy.Hosts, timed: false),
        ];
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void AnyBytes_AreCountedOrMalformed(int seed)
    {
        var random = new Random(seed);
        var bytes = new byte[700_000];
        random.NextBytes(bytes);
        if (seed == 2)
        {
            for (var i = 0; i < bytes.Length; i++)
            {
                bytes[i] = (byte)"\n\" [-:,.\\{}0123456789"[random.Next(20)];
            }
        }

        foreach (var format in Texts)
        {
            var tables = Scan(AccessLogFormat.Compile(format, format[0] == '{' ? EscapeMode.Json : EscapeMode.Default), bytes, BytePlaces.Best);
            Assert.True(tables.Rows + tables.Malformed > 0);
        }
    }

    /// <summary>However a log is cut into stretches, each row is counted once.</summary>
    [Fact]
    public void StretchBorders_AnywhereInARow_LoseNothing()
    {
        using var content = new MemoryStream();
        new AccessLogGenerator(AccessLogShape.UpstreamTiming, 3).Write(content, 3000, DateTimeOffset.UnixEpoch, TimeSpan.FromHours(1));
        var bytes = content.ToArray();
        var format = AccessLogFormat.Recognise([.. Encoding.Latin1.GetString(bytes).Split('\n').Take(10)])!;
        var whole = Scan(format, bytes, BytePlaces.Best);
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            var tables = new TrafficTables();
            tables.Merge(Scan(format, bytes, BytePlaces.Best, 0, cut));
            tables.Merge(Scan(format, bytes, BytePlaces.Best, cut, bytes.Length));
            Assert.True(whole.Rows == tables.Rows && whole.Malformed == tables.Malformed && whole.Status.AsSpan().SequenceEqual(tables.Status), $"cut at {cut}");
        }
    }

    private static TrafficTables Scan(AccessLogFormat format, byte[] bytes, BytePlaces.Kernel kernel, long from = 0, long? to = null)
        => Scanned(format, bytes, new ScanOptions { Kernel = kernel, Scope = TrafficScope.Full }, from, to).Tables;

    private static TrafficScanner Scanned(AccessLogFormat format, byte[] bytes, ScanOptions options, long from = 0, long? to = null, int blockMax = int.MaxValue)
    {
        var scanner = new TrafficScanner(options) { Stretch = new Stretch() };
        scanner.Begin(format, Math.Max(from - 1, 0), skipFirst: from > 0);
        if (from >= (to ?? long.MaxValue))
        {
            return scanner;
        }

        while (true)
        {
            var rest = bytes.AsSpan((int)scanner.ReadAt);
            var count = Math.Min(rest.Length, Math.Min(scanner.Free.Length, blockMax));
            rest[..count].CopyTo(scanner.Free);
            scanner.Filled(count);
            if (!scanner.Scan(to ?? long.MaxValue, atEnd: count == 0) || count == 0)
            {
                return scanner;
            }
        }
    }

    private static string Fill(string format, Random random)
    {
        string[] lists = ["-", "10.0.0.1:80", "10.0.0.2:8080, 10.0.0.1:80", "[::1]:80 : unix:/run/a.sock"];
        string[] statuses = ["-", "200", "502, 200", "404 : 502"];
        string[] times = ["-", "0.012", "0.001, 61.004", "12.500 : 0.000"];
        var list = random.Next(4);
        if (format[0] == '{' && random.Next(2) == 0)
        {
            (lists[0], statuses[0], times[0]) = ("", "", "");
        }

        return System.Text.RegularExpressions.Regex.Replace(format, @"\$(\w+)", match => match.Groups[1].Value switch
        {
            "remote_addr" => random.Next(4) == 0 ? "2001:db8::1" : "192.0.2.7",
            "remote_user" => random.Next(9) == 0 ? "web ops" : "-",
            "time_local" => $"21/Sep/2026:14:{random.Next(60) / 50:00}:{random.Next(60):00} +0{random.Next(2)}00",
            "time_iso8601" => $"2026-09-21T14:{random.Next(60) / 50:00}:{random.Next(60):00}+00:00",
            "msec" => $"17900000{random.Next(100):00}.{random.Next(1000):000}",
            "request" => random.Next(10) switch { 0 => "", 1 => "\\x16\\x03", 9 => $"GET http://shop.example.com{(random.Next(2) == 0 ? "" : $"/users/{random.Next(50)}?x")} HTTP/1.1", 2 => "GET /a 502 [x] HTTP/1.1", 3 => "DEL\0 /a HTTP/1.1", 4 => $"POST /é/{random.Next(3000)}/{random.Next()}/z#f HTTP/2.0", _ => $"GET /{random.Next(50)}/x?y=1 HTTP/1.1" },
            "request_method" => "POST",
            "request_uri" or "uri" => "/users/17?x",
            "scheme" => "https",
            "status" => random.Next(2) == 0 ? "200" : $"{random.Next(2, 6)}0{random.Next(5)}",
            "body_bytes_sent" or "bytes_sent" => random.Next(20) == 0 ? "-" : $"{random.NextInt64(1L << random.Next(40))}",
            "request_time" => $"{random.Next(12)}.{random.Next(1000):000}",
            "host" => random.Next(5) switch { 0 => "", 1 => "[::1]", 2 => "-", _ => "shop.example.com" },
            "server_port" => "443",
            "upstream_addr" => lists[list],
            "upstream_status" => statuses[list],
            "request_length" or "upstream_response_length" => list == 0 ? "-" : $"{random.Next(100_000)}",
            "proxy_upstream_name" => "default-shop-80",
            "proxy_alternative_upstream_name" => random.Next(20) == 0 ? "a b" : "",
            "req_id" => $"{random.NextInt64():x}",
            _ when match.Groups[1].Value.EndsWith("_time", StringComparison.Ordinal) => times[list],
            _ when format[0] == '{' => random.Next(5) switch { 0 => "a \\\"quoted\\\" bot", 1 => "C:\\\\dir\\\\", 2 => "\\\\\\\"", _ => "curl" },
            _ => "\\x22text\\x22",
        });
    }

    private static string Mutate(string row, Random random)
    {
        var text = new StringBuilder(row);
        for (var count = random.Next(3); count > 0 && text.Length > 0; count--)
        {
            var at = random.Next(text.Length);
            switch (random.Next(4))
            {
                case 0:
                    text[at] = " \"[]:,-.|0\\x\t\r"[random.Next(14)];
                    break;
                case 1:
                    text.Remove(at, Math.Min(random.Next(1, 6), text.Length - at));
                    break;
                case 2:
                    text.Insert(at, " : , \" [\r\\"[random.Next(10)]);
                    break;
                default:
                    text.Length = at;
                    break;
            }
        }

        return text.ToString();
    }
}
