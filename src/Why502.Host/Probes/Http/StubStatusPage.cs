using System.Text;
using System.Text.RegularExpressions;
using Why502.Diagnosis;

namespace Why502.Host.Probes;

/// <summary>The fixed text of ngx_http_stub_status_module.</summary>
internal static partial class StubStatusPage
{
    public static StubStatusFact? Parse(ReadOnlySpan<byte> body)
    {
        var match = Page().Match(Encoding.Latin1.GetString(body));
        return match.Success && Numbers(match) is [var active, var accepts, var handled, var requests, var reading, var writing, var waiting]
            ? new(active, accepts, handled, requests, reading, writing, waiting)
            : null;
    }

    /// <summary>Where a client on this machine reaches a <c>listen</c> value: a wildcard is asked on its loopback.</summary>
    public static PeerAddress? Peer(string listen)
    {
        if (int.TryParse(listen, out _))
        {
            return PeerAddress.Parse($"127.0.0.1:{listen}", 0);
        }

        var peer = PeerAddress.Parse(listen, 80);
        return peer?.Host switch
        {
            "*" or "0.0.0.0" => peer with { Host = "127.0.0.1" },
            "::" => peer with { Host = "::1" },
            _ => peer,
        };
    }

    private static long[] Numbers(Match match)
    {
        var numbers = new List<long>();
        foreach (var group in match.Groups.Values.Skip(1))
        {
            if (long.TryParse(group.ValueSpan, out var number))
            {
                numbers.Add(number);
            }
        }

        return [.. numbers];
    }

    [GeneratedRegex(@"^Active connections: ([0-9]+) *\n *server accepts handled requests\n *([0-9]+) ([0-9]+) ([0-9]+) *\nReading: ([0-9]+) Writing: ([0-9]+) Waiting: ([0-9]+)", RegexOptions.CultureInvariant)]
    private static partial Regex Page();
}
