using System.Globalization;
using System.Text;

namespace Why502.Bench.Traffic;

/// <summary>
/// Access logs with a story, the same bytes for the same seed: four groups of servers; a burst from 30 to 35 % of the rows, ten times as dense; from 55 to 70 % one node fails
/// and is mostly made good by its peers; all through rare time-outs, answers just below the limit, clients that leave, groups without a live server, and requests
/// that are no requests.
/// </summary>
public sealed class AccessLogGenerator
{
    private const int ClientCount = 20_000;
    private const int PathCount = 5_000;
    /// <summary>A slash and six letters: 300 million paths.</summary>
    private const int LetterCount = 7;
    private const int AgentCount = 200;
    private const double BurstFrom = 0.30;
    private const double BurstTo = 0.35;
    private const double BurstDensity = 10;
    private const double BadFrom = 0.55;
    private const double BadTo = 0.70;
    private const int LimitMilliseconds = 60_000;

    private static readonly string[][] Groups =
    [
        ["10.1.0.11:8080", "10.1.0.12:8080", "10.1.0.13:8080", "10.1.0.14:8080"],
        ["10.1.1.21:9000", "10.1.1.22:9000", "[2001:db8:7::23]:9000"],
        ["172.16.4.5:3000", "172.16.4.6:3000"],
        ["unix:/run/app/app.sock"],
    ];

    private static readonly string[] GroupNames = ["shop_backend", "api_backend", "auth_backend", "app"];
    private static readonly string[] Hosts = ["shop.example.com", "api.example.com", "www.example.org"];
    private static readonly string[] Words = ["cart", "order", "user", "img", "v1", "v2", "search", "item", "list", "report", "login", "static", "feed", "checkout"];

    private readonly Random _random;
    private readonly AccessLogShape _shape;
    private readonly string[] _clients;
    private readonly string[] _paths;
    private readonly string[] _agents;
    private readonly StringBuilder _row = new();
    private long _second = -1;
    private string _local = "";
    private string _iso = "";

    public AccessLogGenerator(AccessLogShape shape, int seed)
    {
        (_shape, _random) = (shape, new Random(seed));
        _clients = [.. Enumerable.Range(0, ClientCount).Select(_ => _random.Next(5) == 0 ? $"2001:db8:{_random.Next(65536):x}::{_random.Next(65536):x}" : $"{_random.Next(1, 224)}.{_random.Next(256)}.{_random.Next(256)}.{_random.Next(256)}")];
        _paths = [.. Enumerable.Range(0, PathCount).Select(_ => Path())];
        _agents = [.. Enumerable.Range(0, AgentCount).Select(Agent)];
    }

    /// <summary>Whether no path comes twice, and none is an identifier that a route would leave out: the most that a table of frequent values can be asked to bear.</summary>
    public bool HasDistinctPaths { get; init; }

    public AccessLogTruth Truth { get; } = new() { BadNode = Groups[0][2] };

    /// <summary>Writes rows until there are so many bytes.</summary>
    public void Write(Stream to, long bytes, DateTimeOffset start, TimeSpan span)
    {
        long written = 0;
        var buffer = new byte[64 * 1024];
        while (written < bytes)
        {
            var part = written / (double)bytes;
            Row(part, start + span * Clock(part));
            var length = Encoding.Latin1.GetBytes(_row.ToString(), buffer);
            to.Write(buffer, 0, length);
            written += length;
        }
    }

    /// <summary>Share of the rows → share of the time: the burst's rows come in a tenth of the time that they would need.</summary>
    private static double Clock(double part)
    {
        const double Squeezed = (BurstTo - BurstFrom) / BurstDensity;
        const double All = 1 - (BurstTo - BurstFrom) + Squeezed;
        return (part < BurstFrom ? part : part < BurstTo ? BurstFrom + (part - BurstFrom) / BurstDensity : part - (BurstTo - BurstFrom) + Squeezed) / All;
    }

    private void Row(double part, DateTimeOffset time)
    {
        _row.Clear();
        Truth.Rows++;
        var isBurst = part is >= BurstFrom and < BurstTo;
        var isBad = part is >= BadFrom and < BadTo;
        var answer = Answer(isBurst, isBad);
        Truth.Status[answer.Status] = Truth.Status.GetValueOrDefault(answer.Status) + 1;
        foreach (var (upstream, status, _) in answer.Attempts)
        {
            Truth.Attempt(upstream, status);
        }

        if (answer.Attempts.Count > 0)
        {
            Truth.Final[answer.Attempts[^1].Upstream] = Truth.Final.GetValueOrDefault(answer.Attempts[^1].Upstream) + 1;
            Truth.Retried += answer.Attempts.Count > 1 ? 1 : 0;
        }

        Write(time, answer, isBurst);
    }

    private sealed record Answered(int Status, long Bytes, int Milliseconds, IReadOnlyList<(string Upstream, int Status, int Milliseconds)> Attempts, string Joint, string? Request = null);

    private Answered Answer(bool isBurst, bool isBad)
    {
        var kind = _random.Next(10_000);
        if (kind < 10)
        {
            return new(400, 157, 0, [], ", ", kind < 3 ? "\\x16\\x03\\x01\\x02\\x00" : kind < 6 ? "" : "GET / HTTP/9.9\\x22 502 [x]");
        }

        if (kind < 2500)
        {
            return new(_random.Next(10) switch { < 7 => 200, < 9 => 304, _ => 404 }, _random.Next(20_000), _random.Next(4), [], ", ");
        }

        var group = _random.Next(100) switch { < 60 => 0, < 85 => 1, < 96 => 2, _ => 3 };
        var node = Groups[group][_random.Next(Groups[group].Length)];
        var time = 1 + _random.Next(20 + group * 20) + (_random.Next(100) < 5 ? _random.Next(600) : 0) + (isBurst ? _random.Next(400) : 0);
        var chance = _random.Next(10_000);
        if (isBad && node == Truth.BadNode && chance < 6000)
        {
            return chance < 4500
                ? new(200, 5000, time + 2, [(node, 502, 1), (Groups[0][_random.Next(2)], 200, time)], ", ")
                : new(502, 157, 1, [(node, 502, 1)], ", ");
        }

        var storm = isBurst ? 5 : 1;
        switch (chance / storm)
        {
            case < 10:
                var late = LimitMilliseconds + _random.Next(80);
                return new(504, 167, late, [(node, 504, late)], ", ");
            case < 30:
                Truth.NearTimeout++;
                var near = LimitMilliseconds - 6000 + _random.Next(5990);
                return new(200, 900, near, [(node, 200, near)], ", ");
            case < 45:
                var waited = 1000 + _random.Next(29_000);
                return new(499, 0, waited, [(node, 0, waited)], ", ");
            case < 47:
                return new(502, 157, 0, [(GroupNames[group], 502, 0)], ", ");
            case < 55:
                return new(502, 157, 3, [(node, 502, _random.Next(900))], ", ");
            case < 60:
                return new(502, 157, 0, [(node, 0, -1)], ", ");
            case < 80:
                return new(503, 190, time, [(node, 503, time)], ", ");
            case < 110:
                return new(500, 600, time, [(node, 500, time)], ", ");
            case < 120:
                return new(200, 600, time, [(node, 404, _random.Next(40)), (Groups[2][0], 200, time)], " : ");
            default:
                var status = _random.Next(100) switch { < 88 => 200, < 92 => 302, < 97 => 404, _ => 201 };
                return new(status, _random.Next(100_000), time + _random.Next(3), [(node, status, time)], ", ");
        }
    }

    private void Write(DateTimeOffset time, Answered answer, bool isBurst)
    {
        if (time.ToUnixTimeSeconds() != _second)
        {
            _second = time.ToUnixTimeSeconds();
            _local = time.ToString("dd/MMM/yyyy:HH:mm:ss +0000", CultureInfo.InvariantCulture);
            _iso = time.ToString("yyyy-MM-ddTHH:mm:ss+00:00", CultureInfo.InvariantCulture);
        }

        var client = _clients[isBurst && _random.Next(2) == 0 ? _random.Next(100) : (int)((long)_random.Next(ClientCount) * _random.Next(ClientCount) / ClientCount)];
        var path = HasDistinctPaths ? Letters(Truth.Rows) : _paths[(int)((long)_random.Next(PathCount) * _random.Next(PathCount) / PathCount)];
        var method = _random.Next(20) switch { < 15 => "GET", < 18 => "POST", 18 => "HEAD", _ => "DELETE" };
        var query = _random.Next(8) == 0 ? $"?id={_random.Next()}" : "";
        var request = answer.Request ?? $"{method} {path}{query} HTTP/1.1";
        var user = _random.Next(5000) == 0 ? "web ops" : _random.Next(100) == 0 ? "alice" : "-";
        var agent = _agents[_random.Next(AgentCount)];
        var host = Hosts[_random.Next(Hosts.Length)];
        var referer = _random.Next(3) == 0 ? "-" : $"https://{host}{_paths[_random.Next(PathCount)]}";
        string addresses = List(answer, a => a.Upstream), statuses = List(answer, a => a.Status == 0 ? "-" : $"{a.Status}"), times = List(answer, a => a.Milliseconds < 0 ? "-" : Seconds(a.Milliseconds));
        switch (_shape)
        {
            case AccessLogShape.VirtualHost:
                _row.Append($"{host}:443 {client} - {user} [{_local}] \"{request}\" {answer.Status} {answer.Bytes}\n");
                break;
            case AccessLogShape.Combined:
                _row.Append($"{client} - {user} [{_local}] \"{request}\" {answer.Status} {answer.Bytes} \"{referer}\" \"{agent}\"\n");
                break;
            case AccessLogShape.UpstreamTiming:
                _row.Append($"{client} - {user} [{_local}] \"{request}\" {answer.Status} {answer.Bytes} upstream={addresses} upstream_status={statuses} upstream_rt={times} request_rt={Seconds(answer.Milliseconds)}\n");
                break;
            case AccessLogShape.Ingress:
                _row.Append($"{client} - {user} [{_local}] \"{request}\" {answer.Status} {answer.Bytes} \"{referer}\" \"{agent}\" {_random.Next(300, 900)} {Seconds(answer.Milliseconds)} [default-shop-80] [] {addresses} {List(answer, _ => $"{answer.Bytes}")} {times} {statuses} {_random.NextInt64():x16}{_random.NextInt64():x16}\n");
                break;
            default:
                // escape=json writes nothing for a variable that has no value; a dash inside a list is the upstream module's own.
                string Empty(string list) => answer.Attempts.Count == 0 ? "" : list;
                _row.Append($"{{\"time\":\"{_iso}\",\"remote_addr\":\"{client}\",\"host\":\"{host}\",\"request\":\"{request.Replace("\\x22", "\\\"", StringComparison.Ordinal).Replace("\\x", "\\u00", StringComparison.Ordinal)}\",\"status\":{answer.Status},\"body_bytes_sent\":{answer.Bytes},\"request_time\":{Seconds(answer.Milliseconds)},\"upstream_addr\":\"{Empty(addresses)}\",\"upstream_status\":\"{Empty(statuses)}\",\"upstream_response_time\":\"{Empty(times)}\",\"agent\":\"{agent.Replace("\\x22", "\\\"", StringComparison.Ordinal)}\"}}\n");
                break;
        }
    }

    /// <summary>A number as a path of nothing but letters.</summary>
    private static string Letters(long number) => string.Create(LetterCount, number, static (to, rest) =>
    {
        to[0] = '/';
        for (var i = to.Length - 1; i > 0; i--, rest /= 26)
        {
            to[i] = (char)('a' + rest % 26);
        }
    });

    private static string List(Answered answer, Func<(string Upstream, int Status, int Milliseconds), string> value)
        => answer.Attempts.Count == 0 ? "-" : string.Join(answer.Joint, answer.Attempts.Select(value));

    private static string Seconds(int milliseconds) => $"{milliseconds / 1000}.{milliseconds % 1000:000}";

    private string Path()
    {
        var path = new StringBuilder();
        for (var depth = 1 + _random.Next(3); depth > 0; depth--)
        {
            path.Append('/').Append(Words[_random.Next(Words.Length)]);
        }

        path.Append(_random.Next(6) switch { 0 => $"/{_random.Next(1_000_000)}", 1 => $"/{_random.Next():x8}.css", 2 => "/caf%C3%A9", _ => "" });
        return path.Append(_random.Next(40) == 0 ? "?note=+502+" + new string('z', _random.Next(1500)) : "").ToString();
    }

    private string Agent(int index) => (index % 5) switch
    {
        0 => $"curl/8.{index}.0",
        1 => $"Bot \\x22quoted {index}\\x22 502 [x] (+https://bot.example/{index})",
        2 => $"python-requests/2.{index}.0",
        _ => $"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{90 + index}.0.{_random.Next(9999)}.{index} Safari/537.36",
    };
}
