using System.Globalization;

namespace Why502.Lab.Routing;

/// <summary>A random request: what is sent, and to which address.</summary>
internal sealed record RoutedRequest(string Address, int Port, string Method, string Uri, string? Host, string Version)
{
    private static readonly string[] Hosts =
        ["a.test", "b.test", "www.a.test", "x.a.test", "x.b.test", "c.test", "www.c.org", "a.org", "foo.re.test", "foo.cap.test", "WWW.A.TEST", "a.test.", "a.test:8080", "nowhere", "www", "x..y", "[::1]:80", "a_b.test", "", "A.b.TEST:1"];

    private static readonly string[] Pieces =
        ["a", "b", "ab", "img", "x.php", "A", "c%20d", "dir", "file.txt", "z+z", "é", "%C3%A9", "%2F", "%2e%2e", "..", ".", "", "%25", "%3Fq", "a%2Fb", "x.PHP", "bb", "12", "%ff", "index.html", "%00", "%zz", "a;b", "q&r", "\"", "x%", "%2Bz", "~", "%23", "{}", "i.html"];

    private static readonly string[] Queries = ["", "", "", "?a=1", "?a=0&b=2", "?A=x", "?", "?x=%20&a=10.1.2.3", "?a=10.1.9.9", "#frag", "?a=1#f", "?b=1?c", "?a=x%20y+z", "?ba=1&a=2", "?a=dir/index&c"];

    public string Listen => string.Create(CultureInfo.InvariantCulture, $"{Address}:{Port}");

    public string HeadText => $"{Method} {Uri}{(Version == "0.9" ? "" : $" HTTP/{Version}")}\r\n"
        + (Version == "0.9" ? "" : (Host is null ? "" : $"Host: {Host}\r\n") + "Connection: close\r\n\r\n");

    public static RoutedRequest Random(Random random, int port, IReadOnlyList<string> paths)
    {
        string Pick(IReadOnlyList<string> from) => from[random.Next(from.Count)];
        var path = paths.Count > 0 && random.Next(2) == 0 ? Pick(paths).Replace(" ", "%20", StringComparison.Ordinal) : "/" + Pick(Pieces);
        for (var i = random.Next(3); i > 0; i--)
        {
            path += (random.Next(4) == 0 ? "" : "/") + Pick(Pieces);
        }

        path = random.Next(6) switch
        {
            0 when path.EndsWith('/') && path.Length > 1 => path[..^1],
            1 => path + "/",
            2 when random.Next(4) == 0 => "//" + path,
            _ => path,
        };
        var uri = path + Pick(Queries);
        uri = random.Next(25) == 0 ? $"http://{Pick(Hosts)}{uri}" : random.Next(60) == 0 ? Pick(["http://a.test", "http://b.test?a=1", "*", "a/b", "/a b", "HTTP://A.TEST:80/a/", "/\u007f"]) : uri;
        var version = random.Next(30) switch { 0 => "1.0", _ => "1.1" };
        var host = random.Next(12) == 0 ? null : Pick(Hosts);
        version = host is null && random.Next(3) > 0 ? "1.0" : version;
        var method = random.Next(5) == 0 ? Pick(["POST", "HEAD", "DELETE", "PUT", "OPTIONS", "FOO", "TRACE"]) : "GET";
        return new RoutedRequest(Pick(["127.0.0.1", "127.0.0.1", "127.0.0.2"]), port + random.Next(2), method, uri, host, version);
    }
}
