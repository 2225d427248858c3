using System.Text;
using System.Text.RegularExpressions;
using Why502.Logs;
using Xunit;

namespace Why502.Tests.Logs;

/// <summary>What stands behind combined is read by hand, because a regular expression takes longer to come up than a small log to be counted; here it is held to the expressions that say the same.</summary>
public partial class AccessLogGuessTests
{
    private static readonly string[] Rows =
    [
        "192.0.2.7 - - [20/Nov/2026:22:37:13 +0100] \"GET /users/17?x=1 HTTP/1.1\" 502 157 \"-\" \"curl/8\" rt=0.310 uaddr=10.0.0.1:80, [::1]:80 : unix:/run/a.sock us=502, 504 : 200",
        "shop.example.com:443 192.0.2.7 - alice b [20/Nov/2026:22:37:13 +0100] \"GET / HTTP/1.1\" 200 - 0.004 10.0.0.1:8080 200 0.004, 0.100",
        "shop.example.com 2001:db8::1 - - [20/Nov/2026:22:37:13 +0100] \"\" 400 0 \"-\" \"-\" \"10.0.0.1:8080\" upstream_response_time: 1.000 | cache=HIT [abc] [] -",
        "192.0.2.7 - - [20/Nov/2026:22:37:13 +0100] \"GET / HTTP/2.0\" 504 1 \"https://a/\" \"Mozilla/5.0 (X11)\" request_time=60.001 upstream=\"unix:/run/php.sock, 10.0.0.1:9000\" status=\"-, 504\"",
        "192.0.2.7 - - [20/Nov/2026:22:37:13 +0100] \"GET / HTTP/1.1\" 200 5 \"-\" \"-\" 0.001 0.001 unix:/run/a.sock : 10.0.0.1:80 0.001 : - key= next",
    ];

    private const string Letters = " \"[]|,:.=-_/0123456789abczAZé\t";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Tail_IsReadAsTheExpressionsSay(int seed)
    {
        Random random = new(seed);
        int guessed = 0;
        for (int i = 0; i < 20_000; i++)
        {
            string row = Changed(Rows[random.Next(Rows.Length)], random.Next(5), random);
            string? expected = ByExpressions(row);
            Assert.True(expected == AccessLogGuess.FromTail(row), $"{row}\n{expected}\n{AccessLogGuess.FromTail(row)}");
            guessed += expected is null ? 0 : 1;
        }

        Assert.InRange(guessed, 5_000, 19_999);
    }

    private static string Changed(string row, int changes, Random random)
    {
        for (int change = 0; change < changes; change++)
        {
            int at = random.Next(row.Length);
            string letter = Letters[random.Next(Letters.Length)].ToString();
            row = random.Next(3) switch
            {
                0 => row.Remove(at, 1),
                1 => row.Insert(at, letter),
                _ => row.Remove(at, 1).Insert(at, letter),
            };
        }

        return row;
    }

    private static string? ByExpressions(string line)
    {
        Match head = Head().Match(line);
        if (!head.Success || head.Length == line.Length)
        {
            return null;
        }

        StringBuilder format = new(head.Groups["host"].Success ? head.Groups["port"].Success ? "$host:$server_port " : "$host " : "");
        format.Append(head.Groups["agent"].Success ? AccessLogFormat.CombinedText : AccessLogFormat.CommonText);
        HashSet<string> used = [];
        string? last = null;
        foreach (Match token in Token().Matches(line[head.Length..]))
        {
            string value = token.Groups["quoted"].Success ? token.Groups["quoted"].Value : token.Groups["bare"].Value;
            string? variable = token.Groups["key"].Success ? AccessVariables.ByAlias(token.Groups["key"].Value, value) : ByForm(value, used, last);
            variable = variable is not null && used.Add(variable) ? variable : null;
            last = variable;
            format.Append(token.Groups["blank"].Value);
            format.Append(token.Groups["key"].Success ? token.Groups["key"].Value + token.Groups["joint"].Value : "");
            format.Append(token.Groups["quoted"].Success ? $"\"${{{variable ?? "skip"}}}\"" : $"${{{variable ?? "skip"}}}");
        }

        return used.Count > 0 ? format.ToString() : null;
    }

    private static string? ByForm(string value, HashSet<string> used, string? last)
        => Address().IsMatch(value) ? "upstream_addr"
            : last == "upstream_addr" && Status().IsMatch(value) ? "upstream_status"
            : !Seconds().IsMatch(value) ? null
            : used.Contains("request_time") ? "upstream_response_time" : "request_time";

    [GeneratedRegex(@"^(?:(?<host>[^\s:]+)(?<port>:[0-9]+)? )?\S+ - (?:[^\[]*) \[[^\]]{20,32}\] ""[^""]*"" [0-9]{3} (?:[0-9]+|-)(?<agent> ""[^""]*"" ""[^""]*"")?")]
    private static partial Regex Head();

    [GeneratedRegex(@"(?<blank>[\s|\[\],]+)(?:(?<key>[A-Za-z_][\w.-]*)(?<joint>=|:\s?))?(?:""(?<quoted>[^""]*)""|(?<bare>[^\s""|\[\],]+(?:(?:, | : )[^\s""|\[\],]+)*))")]
    private static partial Regex Token();

    [GeneratedRegex(@"^(?:unix:/\S+|(?:[0-9]{1,3}\.){3}[0-9]{1,3}:[0-9]+|\[[0-9a-f:]+\]:[0-9]+)(?:(?:, | : ).*)?$")]
    private static partial Regex Address();

    [GeneratedRegex(@"^(?:[0-9]{3}|-)(?:(?:, | : )(?:[0-9]{3}|-))*$")]
    private static partial Regex Status();

    [GeneratedRegex(@"^[0-9]+\.[0-9]{3}(?:(?:, | : )(?:[0-9]+\.[0-9]{3}|-))*$")]
    private static partial Regex Seconds();
}
