using System.Net;
using System.Net.Sockets;
using Why502.Diagnosis;

namespace Why502.Host.Probes;

/// <summary>RCODEs (RFC 1035 §4.1.1) and the words that stand for them.</summary>
internal static class DnsCodes
{
    public const int FormatError = 1;

    public const string Ok = "ok";
    public const string NotFound = "not-found";
    public const string ServerFailure = "server-failure";
    public const string Refused = "refused";
    public const string Timeout = "timeout";

    /// <summary>Nobody listens at the server's address, or no route leads there.</summary>
    public const string Unreachable = "unreachable";
    public const string Error = "error";

    public static string Word(int code) => code switch
    {
        0 => Ok,
        2 => ServerFailure,
        3 => NotFound,
        5 => Refused,
        _ => Error,
    };
}

/// <summary>Looks a name up, by the system's own way (getaddrinfo, as nginx does when it starts) or by nginx's <c>resolver</c>.</summary>
internal sealed class NameProbe(Dialer dialer, TimeProvider time, ProbeLimits limits)
{
    private const int DnsPort = 53;
    private const string HostsPath = "/etc/hosts";
    private const int HostsBytesMax = 1 << 20;

    /// <summary>As ngx_resolver.c: NGX_RESOLVER_MAX_RECURSION.</summary>
    private const int AliasesMax = 50;
    private const int QuestionsMax = 5;
    private const int AnswersWanted = 3;

    public async Task<ResolveFact> BySystemAsync(string name, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        using var patience = new Patience(limits.SystemLookupPatience, time, cancellation);
        try
        {
            var found = new List<IPAddress>();
            for (var answer = 0; answer < AnswersWanted; answer++)
            {
                found.AddRange(await Dns.GetHostAddressesAsync(name, patience.Token).ConfigureAwait(false));
            }

            return Fact(DnsCodes.Ok, found, null, began) with { Answers = AnswersWanted, FromHosts = StandsIn(HostsPath, name) };
        }
        catch (OperationCanceledException) when (patience.IsOver)
        {
            return Fact(DnsCodes.Timeout, [], null, began);
        }
        catch (SocketException failure)
        {
            return Fact(SystemWord(failure.SocketErrorCode), [], null, began);
        }
        catch (ArgumentException)
        {
            return Fact(DnsCodes.Error, [], null, began);
        }
    }

    /// <summary>hosts(5): an address, then its names; what follows a # is a comment.</summary>
    internal static bool StandsIn(string hosts, string name)
    {
        try
        {
            return new FileInfo(hosts).Length <= HostsBytesMax
                && File.ReadLines(hosts).Any(line => line.Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Skip(1).Contains(name.TrimEnd('.'), StringComparer.OrdinalIgnoreCase));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    public async Task<ResolveFact> ByServerAsync(string name, string server, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        var peer = PeerAddress.Parse(server, DnsPort) ?? throw new FormatException($"{server} is no address of a DNS server");
        var endPoints = await peer.EndPointsAsync(cancellation).ConfigureAwait(false);
        var client = new DnsClient(dialer, time, limits);
        try
        {
            var both = await Task.WhenAll(
                FollowAsync(client, endPoints[0], name, DnsMessage.TypeA, cancellation),
                FollowAsync(client, endPoints[0], name, DnsMessage.TypeAaaa, cancellation)).ConfigureAwait(false);
            var first = Join(both[0], both[1], began);
            return first.Addresses.Count == 0 ? first : await AgainAsync(client, endPoints[0], name, first, cancellation).ConfigureAwait(false);
        }
        catch (SocketException failure)
        {
            // The socket is connected, so ICMP's answer to the query arrives as an errno.
            return Fact(failure.SocketErrorCode is SocketError.ConnectionRefused or SocketError.HostUnreachable or SocketError.NetworkUnreachable ? DnsCodes.Unreachable : DnsCodes.Error, [], null, began);
        }
    }

    /// <summary>A server may give a part of the addresses each time (RFC 1794): what is in none of several answers is gone.</summary>
    private static async Task<ResolveFact> AgainAsync(DnsClient client, EndPoint server, string name, ResolveFact first, CancellationToken cancellation)
    {
        var addresses = first.Addresses.ToList();
        for (var answer = 1; answer < AnswersWanted; answer++)
        {
            var found = await FollowAsync(client, server, name, DnsMessage.TypeA, cancellation).ConfigureAwait(false);
            addresses.AddRange(found.Addresses.Select(address => address.ToString()));
        }

        return first with { Addresses = [.. addresses.Distinct()], Answers = AnswersWanted };
    }

    private static async Task<Found> FollowAsync(DnsClient client, EndPoint server, string name, ushort type, CancellationToken cancellation)
    {
        var current = name.TrimEnd('.');
        for (var asked = 0; asked < QuestionsMax; asked++)
        {
            var reply = await client.AskAsync(server, current, type, cancellation).ConfigureAwait(false);
            if (reply is null)
            {
                return new(DnsCodes.Timeout, [], null);
            }

            var end = EndOfChain(reply, current);
            var matching = reply.Addresses.Where(a => a.Owner.Equals(end, StringComparison.OrdinalIgnoreCase)).ToList();
            if (reply.Code != 0 || matching.Count > 0 || end.Equals(current, StringComparison.OrdinalIgnoreCase))
            {
                return new(DnsCodes.Word(reply.Code), [.. matching.Select(a => a.Address)], matching.Count > 0 ? matching.Min(a => a.Ttl) : null);
            }

            // An authoritative server may give the alias only; nginx asks on for its target.
            current = end;
        }

        return new(DnsCodes.Error, [], null);
    }

    private static string EndOfChain(DnsReply reply, string name)
    {
        for (var i = 0; i < AliasesMax && reply.Aliases.TryGetValue(name, out var target); i++)
        {
            name = target;
        }

        return name;
    }

    private ResolveFact Join(Found a, Found aaaa, long began)
    {
        List<IPAddress> addresses = [.. a.Addresses, .. aaaa.Addresses];
        var code = addresses.Count > 0 ? DnsCodes.Ok : a.Code == DnsCodes.Ok ? aaaa.Code : a.Code;
        int? ttl = a.Ttl is { } x && aaaa.Ttl is { } y ? Math.Min(x, y) : a.Ttl ?? aaaa.Ttl;
        return Fact(code, addresses, ttl, began);
    }

    private ResolveFact Fact(string code, IReadOnlyCollection<IPAddress> addresses, int? ttl, long began)
        => new(code, [.. addresses.Select(address => address.ToString()).Distinct()], ttl, time.GetElapsedTime(began).TotalMilliseconds);

    private static string SystemWord(SocketError error) => error switch
    {
        SocketError.HostNotFound => DnsCodes.NotFound,
        // EAI_NODATA: the name exists and has no address.
        SocketError.NoData => DnsCodes.Ok,
        SocketError.TryAgain or SocketError.NoRecovery => DnsCodes.ServerFailure,
        SocketError.TimedOut => DnsCodes.Timeout,
        _ => DnsCodes.Error,
    };

    private sealed record Found(string Code, IReadOnlyList<IPAddress> Addresses, int? Ttl);
}
