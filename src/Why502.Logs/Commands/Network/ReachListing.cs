namespace Why502.Logs.Commands;

/// <summary>What the network layer knows of a host, from <c>ping</c>, <c>ip route get</c> or <c>ip neigh</c>.</summary>
/// <param name="Answers">Whether the host, or the next one on the way, answered; null where the output does not say.</param>
/// <param name="RouteKind">unicast, local, unreachable, prohibit, blackhole, none; null where no route was asked for.</param>
public sealed record HostReach(string Host, bool? Answers, string? RouteKind, int? Errno, string? Gateway, string? Interface) : CommandRecord;

/// <summary>
/// <c>ping</c> of iputils and BusyBox, <c>ip route get</c> and <c>ip neigh</c> of iproute2. Lost packets say nothing: many hosts and filters drop ICMP echo and take TCP.
/// </summary>
public sealed class ReachListing : ICommandReader
{
    private static readonly string[] Refusing = ["unreachable", "prohibit", "blackhole"];

    public string Command => "ping";

    public bool Looks(PastedText text)
        => text.Program is "ping" or "ping6" or "ip" || text.Any(line => IsReply(line) || IsHostDown(line) || line.Contains("RTNETLINK answers: ", StringComparison.Ordinal));

    public IEnumerable<CommandRecord> Read(PastedText text)
    {
        var asked = text.Program is "ping" or "ping6" || IsRouteGet(text.Command) ? Target(text.Command!) : null;
        foreach (var line in text.Lines)
        {
            var trimmed = line.Text.Trim();
            if (trimmed.StartsWith("PING ", StringComparison.Ordinal))
            {
                // PING app (10.0.0.5) 56(84) bytes of data.
                asked = TextScan.Between(trimmed, "(", ")") is { } literal && literal.Contains('.') ? literal : TextScan.WordAfter(trimmed, "PING ");
            }
            else if (Of(trimmed, line.Words, asked, IsRouteGet(text.Command)) is { } reach)
            {
                yield return reach with { Line = line.Number };
            }
        }
    }

    private static HostReach? Of(string line, string[] words, string? asked, bool isRoute) => line switch
    {
        _ when IsReply(line) && Replier(line) is { } host => new(host, true, null, null, null, null),
        _ when asked is not null && IsHostDown(line) => new(asked, false, null, null, null, null),
        _ when asked is not null && line.Contains("etwork is unreachable", StringComparison.Ordinal) => new(asked, null, "none", 101, null, null),
        _ when asked is not null && line.StartsWith("RTNETLINK answers: No route to host", StringComparison.Ordinal) => new(asked, null, "unreachable", 113, null, null),
        _ when words is [var address, "dev", var device, .., "FAILED" or "INCOMPLETE"] => new(address, false, null, null, null, device),
        _ when words is [var address, "dev", var device, .., "REACHABLE"] => new(address, true, null, null, null, device),
        _ when !isRoute => null,
        _ when words is [var kind, var address, ..] && Refusing.Contains(kind) => new(address, null, kind, kind switch { "prohibit" => 13, "blackhole" => 22, _ => 113 }, null, null),
        _ when words is ["local", var address, ..] => new(address, null, "local", null, null, "lo"),
        _ when words is [var address, "via", var gateway, "dev", var device, ..] => new(address, null, "unicast", null, gateway, device),
        _ when words is [var address, "dev", var device, ..] => new(address, null, "unicast", null, null, device),
        _ => null,
    };

    /// <summary><c>64 bytes from app (10.0.0.5): icmp_seq=1 ttl=64 time=0.4 ms</c>; BusyBox: <c>seq=0</c></summary>
    private static bool IsReply(string line) => line.Contains(" bytes from ", StringComparison.Ordinal) && line.Contains("seq=", StringComparison.Ordinal) && line.Contains("ttl=", StringComparison.Ordinal);

    private static string? Replier(string line)
    {
        var from = TextScan.Between(line, " bytes from ", ": ");
        return from is null ? null : TextScan.Between(from + "\n", "(", ")") ?? from.Trim();
    }

    private static bool IsHostDown(string line) => line.StartsWith("From ", StringComparison.Ordinal) && line.EndsWith("Destination Host Unreachable", StringComparison.Ordinal);

    private static bool IsRouteGet(string? command)
        => command?.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(word => !word.StartsWith('-')).ToArray() is ["ip", "r" or "ro" or "route", "get", ..];

    private static string? Target(string command)
        => command.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).LastOrDefault(word => word.Contains('.') || word.Count(letter => letter == ':') > 1);
}
