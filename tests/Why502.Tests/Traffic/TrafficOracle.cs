using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Why502.Bench.Traffic;

namespace Why502.Tests.Traffic;

/// <summary>A second, slow opinion: strings, regular expressions and sorted lists, and nothing of the engine.</summary>
internal sealed partial class TrafficOracle
{
    public long Rows { get; private set; }

    public long Malformed { get; private set; }

    public SortedDictionary<int, long> Status { get; } = [];

    public SortedDictionary<string, (long Rows, long Errors)> Minutes { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, Upstream> Upstreams { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, long> Clients { get; } = [];

    public Dictionary<string, long> Methods { get; } = [];

    public HashSet<string> Paths { get; } = [];

    public List<double> RequestTimes { get; } = [];

    public string? First { get; private set; }

    public string? Last { get; private set; }

    public sealed class Upstream
    {
        public long Final { get; set; }

        public SortedDictionary<int, long> Attempts { get; } = [];

        public List<double> Times { get; } = [];
    }

    public static TrafficOracle Of(byte[] log, AccessLogShape shape)
    {
        var oracle = new TrafficOracle();
        foreach (var line in Encoding.Latin1.GetString(log).Split('\n').Where(line => line.Length > 0))
        {
            oracle.Add(line, shape);
        }

        return oracle;
    }

    private void Add(string line, AccessLogShape shape)
    {
        string time, client, request, status, addresses = "-", statuses = "-", times = "-", requestTime = "-";
        if (shape == AccessLogShape.Json)
        {
            JsonElement row;
            try
            {
                row = JsonDocument.Parse(line).RootElement;
            }
            catch (JsonException)
            {
                Malformed++;
                return;
            }

            time = row.GetProperty("time").GetString()![..16];
            client = row.GetProperty("remote_addr").GetString()!;
            request = row.GetProperty("request").GetString()!;
            status = row.GetProperty("status").GetRawText();
            requestTime = row.GetProperty("request_time").GetRawText();
            (addresses, statuses, times) = (row.GetProperty("upstream_addr").GetString()!, row.GetProperty("upstream_status").GetString()!, row.GetProperty("upstream_response_time").GetString()!);
        }
        else
        {
            var match = (shape switch
            {
                AccessLogShape.Combined => Combined(),
                AccessLogShape.UpstreamTiming => UpstreamTiming(),
                AccessLogShape.Ingress => Ingress(),
                _ => VirtualHost(),
            }).Match(line);
            if (!match.Success)
            {
                Malformed++;
                return;
            }

            time = DateTime.ParseExact(match.Groups["time"].Value, "dd/MMM/yyyy:HH:mm", CultureInfo.InvariantCulture).ToString("yyyy-MM-ddTHH:mm", CultureInfo.InvariantCulture);
            (client, request, status) = (match.Groups["client"].Value, match.Groups["request"].Value, match.Groups["status"].Value);
            if (match.Groups["addr"].Success)
            {
                (addresses, statuses, times, requestTime) = (match.Groups["addr"].Value, match.Groups["us"].Value, match.Groups["urt"].Value, match.Groups["rt"].Value);
            }
        }

        Count(time, client, request, int.Parse(status, CultureInfo.InvariantCulture), addresses, statuses, times, requestTime);
    }

    private void Count(string time, string client, string request, int status, string addresses, string statuses, string times, string requestTime)
    {
        Rows++;
        Status[status] = Status.GetValueOrDefault(status) + 1;
        var (rows, errors) = Minutes.GetValueOrDefault(time);
        Minutes[time] = (rows + 1, errors + (status / 100 == 5 ? 1 : 0));
        First ??= time;
        Last = time;
        Clients[client] = Clients.GetValueOrDefault(client) + 1;
        var words = request.Split(' ');
        if (words.Length > 1 && words[0].Length > 0)
        {
            Methods[words[0]] = Methods.GetValueOrDefault(words[0]) + 1;
            Paths.Add(words[1].Split('?')[0]);
        }

        if (requestTime != "-")
        {
            RequestTimes.Add(double.Parse(requestTime, CultureInfo.InvariantCulture) * 1000);
        }

        if (addresses is "-" or "")
        {
            return;
        }

        string[] nodes = Joint().Split(addresses), results = Joint().Split(statuses), durations = Joint().Split(times);
        for (var i = 0; i < nodes.Length; i++)
        {
            if (!Upstreams.TryGetValue(nodes[i], out var upstream))
            {
                Upstreams[nodes[i]] = upstream = new Upstream();
            }

            var result = results[i] == "-" ? 0 : int.Parse(results[i], CultureInfo.InvariantCulture);
            upstream.Attempts[result] = upstream.Attempts.GetValueOrDefault(result) + 1;
            upstream.Final += i == nodes.Length - 1 ? 1 : 0;
            if (durations[i] != "-")
            {
                upstream.Times.Add(double.Parse(durations[i], CultureInfo.InvariantCulture) * 1000);
            }
        }
    }

    [GeneratedRegex(", | : ")]
    private static partial Regex Joint();

    private const string Head = @"(?<client>[^ ]+) - .*? \[(?<time>../.../....:..:..):.. \+0000\] ""(?<request>[^""]*)"" (?<status>\d{3}) \d+";

    [GeneratedRegex("^" + Head + @" ""[^""]*"" ""[^""]*""$")]
    private static partial Regex Combined();

    [GeneratedRegex("^" + Head + @" upstream=(?<addr>.+) upstream_status=(?<us>.+) upstream_rt=(?<urt>.+) request_rt=(?<rt>[\d.]+)$")]
    private static partial Regex UpstreamTiming();

    [GeneratedRegex("^" + Head + @" ""[^""]*"" ""[^""]*"" \d+ (?<rt>[\d.]+) \[[^]]*\] \[[^]]*\] (?<addr>(?:\S+(?:, | : ))*\S+) (?<length>(?:\S+(?:, | : ))*\S+) (?<urt>(?:\S+(?:, | : ))*\S+) (?<us>(?:\S+(?:, | : ))*\S+) \S+$")]
    private static partial Regex Ingress();

    [GeneratedRegex("^[^ ]+ " + Head + "$")]
    private static partial Regex VirtualHost();
}
