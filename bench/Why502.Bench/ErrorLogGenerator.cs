using System.Text;

namespace Why502.Bench;

/// <summary>
/// Writes the error log of a busy gateway on a bad day: most of it refusals, time-outs and resets, with everything else that stands between them. Peers, hosts,
/// clients, methods, paths with identifiers and queries vary; stack traces take several lines; some records are nginx's own, and some have numbers in their text.
/// The same seed gives the same bytes.
/// </summary>
public sealed class ErrorLogGenerator(int seed, ErrorLogVariety? variety = null)
{
    private const string Php = "unix:/run/php/php8.2-fpm.sock";

    /// <summary>How often, level, text. # is a number, and what ends in a phase of the upstream names one.</summary>
    private static readonly (int Weight, string Level, string Text)[] Kinds =
    [
        (300, "error", "connect() failed (111: Connection refused) while connecting to upstream"),
        (140, "error", "upstream timed out (110: Connection timed out) while reading response header from upstream"),
        (40, "error", "upstream timed out (110: Connection timed out) while connecting to upstream"),
        (100, "error", "upstream prematurely closed connection while reading response header from upstream"),
        (60, "error", "recv() failed (104: Connection reset by peer) while reading response header from upstream"),
        (40, "error", "no live upstreams while connecting to upstream"),
        (25, "error", "upstream sent too big header while reading response header from upstream"),
        (20, "error", "connect() failed (113: No route to host) while connecting to upstream"),
        (30, "crit", $"connect() to {Php} failed (2: No such file or directory) while connecting to upstream"),
        (10, "error", "SSL_do_handshake() failed (SSL: error:0A000086:SSL routines::certificate verify failed) while SSL handshaking to upstream"),
        (30, "warn", "an upstream response is buffered to a temporary file /var/cache/nginx/proxy_temp/#/0000000# while reading upstream"),
        (20, "info", "epoll_wait() reported that client prematurely closed connection, so upstream connection is closed too while sending request to upstream"),
        (25, "error", "FastCGI sent in stderr: \"PHP message: PHP Fatal error:  Uncaught Error: Call to undefined function foo() in /srv/app/index.php:12\nStack trace:\n  {main}\n  thrown in /srv/app/index.php on line 12\" while reading response header from upstream"),
        (30, "error", "open() \"/srv/www/favicon.ico\" failed (2: No such file or directory)"),
        (10, "error", "open() \"/srv/www/old/#.html\" failed (2: No such file or directory)"),
        (20, "error", "limiting requests, excess: 10.# by zone \"perip\""),
        (10, "error", "api.internal could not be resolved (3: Host not found)"),
        (5, "alert", "worker process # exited on signal 11"),
        (5, "alert", "1024 worker_connections are not enough"),
        (5, "notice", "signal process started"),
    ];

    private static readonly string[] Words = ["cart", "order", "user", "img", "v1", "search", "item", "list", "report", "export", "login", "static"];
    private static readonly string[] Hosts = ["shop.example", "api.example", "www.example", "admin.example"];

    private readonly Random random = new(seed);
    private readonly ErrorLogVariety variety = variety ?? ErrorLogVariety.All;

    /// <returns>The number of records.</returns>
    public long Write(string file, long bytes)
    {
        string[] paths = [.. Enumerable.Range(0, variety.Paths).Select(_ => Path())];
        string[] clients = [.. Enumerable.Range(0, 20_000).Select(i => i % 5 == 0 ? $"2001:db8:{random.Next(65536):x}:{random.Next(65536):x}::{random.Next(65536):x}" : $"198.51.{random.Next(256)}.{random.Next(256)}")];
        using StreamWriter writer = new(file, false, new UTF8Encoding(false), 1 << 20);
        DateTime time = new(2026, 11, 20, 0, 0, 0);
        long written = 0;
        long records = 0;

        // Workers share one counter of connections.
        long connection = 4_000_000;
        (int Weight, string Level, string Text)[] kinds = [.. Kinds.Where(kind => variety.HasNumbers || !kind.Text.Contains('#', StringComparison.Ordinal)).Take(variety.Messages)];
        int all = kinds.Sum(kind => kind.Weight);
        for (; written < bytes; records++)
        {
            time = time.AddMilliseconds(random.Next(100));
            int at = random.Next(all);
            (int _, string level, string text) = kinds.First(kind => (at -= kind.Weight) < 0);
            string path = variety.HasNumbers && random.Next(4) == 0 ? $"/users/{random.Next(1_000_000)}/orders" : paths[Math.Min(random.Next(paths.Length), random.Next(paths.Length))];
            int process = 1200 + random.Next(8);
            connection += random.Next(20);
            string line = $"{time:yyyy'/'MM'/'dd HH':'mm':'ss} [{level}] {process}#{process}: {(level is "alert" or "notice" ? "" : $"*{connection} ")}"
                + text.Replace("#", random.Next(1000).ToString()) + (level is "alert" or "notice" ? "" : Context(text, path, clients[random.Next(clients.Length)])) + "\n";
            writer.Write(line);
            written += line.Length;
        }

        return records;
    }

    private string Path()
    {
        string path = string.Concat(Enumerable.Range(0, 1 + random.Next(4)).Select(_ => "/" + Words[random.Next(Words.Length)]));
        path += random.Next(6) switch { 0 => $"/{random.Next(1_000_000)}", 1 => $"/app-{random.Next(1 << 30):x}.js", 2 => "/caf%C3%A9", _ => "" };
        return random.Next(3) == 0 ? $"{path}?q={Words[random.Next(Words.Length)]}&page={random.Next(50)}%20" : path;
    }

    private string Context(string text, string path, string client)
    {
        string host = Hosts[random.Next(Hosts.Length)];
        string method = random.Next(20) switch { < 15 => "GET", < 18 => "POST", 18 => "HEAD", _ => "PUT" };
        bool isPhp = text.Contains("FastCGI", StringComparison.Ordinal) || text.Contains(Php, StringComparison.Ordinal);
        string upstream = !text.Contains("upstream", StringComparison.Ordinal) ? ""
            : isPhp ? $", upstream: \"fastcgi://{Php}:\""
            : $", upstream: \"{(random.Next(12) == 0 ? "https" : "http")}://{(text.StartsWith("no live", StringComparison.Ordinal) ? "backend" : $"10.0.{random.Next(variety.Peers) / 4}.{random.Next(variety.Peers) % 4}:8080")}{path}\"";
        string referrer = random.Next(3) == 0 ? $", referrer: \"https://{host}/{Words[random.Next(Words.Length)]}\"" : "";
        return $", client: {client}, server: {host}, request: \"{method} {path} HTTP/1.1\"{upstream}, host: \"{host}\"{referrer}";
    }
}

/// <summary>How much the records of a generated log differ.</summary>
/// <param name="Messages">Different messages; there are 20.</param>
/// <param name="Paths">Different request targets.</param>
/// <param name="Peers">Upstream servers.</param>
/// <param name="HasNumbers">A quarter of the paths hold a number of their own, and some messages hold one.</param>
public sealed record ErrorLogVariety(int Messages, int Paths, int Peers, bool HasNumbers)
{
    public static ErrorLogVariety All { get; } = new(20, 4000, 8, true);
}
