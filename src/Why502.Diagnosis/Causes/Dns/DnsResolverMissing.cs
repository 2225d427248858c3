using Why502.Diagnosis.Readings;
using Why502.Nginx;

namespace Why502.Diagnosis.Causes.Dns;

/// <summary>A target with a variable needs a look-up for each request, and no resolver is set.</summary>
public sealed class DnsResolverMissing : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "dns-resolver-missing",
        Family = CauseFamily.Dns,
        Title = "nginx has to look a name up while it runs, and no resolver is configured",
        Explanation = """
            with a variable in proxy_pass (or fastcgi_pass …) the target is known only when the request is. If the value names neither an
            address nor an upstream group, nginx looks it up itself, by the servers of resolver: it never reads /etc/resolv.conf. Without resolver every
            such request ends with "no resolver defined to resolve NAME". Also a misspelled group's name comes here, because then it is no group.
            With a resolver that does not answer it would be dns-resolver-unreachable, with one that does not know the name dns-name-not-found.
            """,
        LookAlikes = ["dns-name-not-found", "dns-resolver-unreachable", "config-invalid"],
        Remedy = "Set resolver in this location, or take the variable out so that the name is looked up when nginx starts.",
        DoNot = "Do not name a public resolver for names of your own network: it does not know them.",
        ProxyError = "dns_error",
        Statuses = ["502"],
        Example = new(
            "A variable in the target, and nothing else.",
            "no resolver defined to resolve app.internal.example, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", host: \"shop.example\"",
            "set $app app.internal.example; proxy_pass http://$app:3000;"),
        NearMiss = new(
            "A resolver is there and does not know the name.",
            "app.internal.example could not be resolved (3: Host not found), client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", host: \"shop.example\"",
            "resolver 10.0.0.2; set $app app.internal.example; proxy_pass http://$app:3000;",
            Expect: "dns-name-not-found"),
    };

    public override bool Applies(Incident incident) => incident.Phase == Phase.Resolve && incident.Candidates.Contains(Id);

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        if (incident.MessageId is null && incident.Instance.FromFiles && incident.Configuration?.Root.Any(directive => directive.Is("http")) == false)
        {
            // A site's file, or a piece of one: what http says around it was not handed over.
            scales.Weigh("message", Sources.Config, Weight.Strong.For("what was handed over of the configuration sets no resolver for this request"));
        }
        else
        {
            // ngx_http_upstream_init_request(): written where ngx_resolve_start() gives NGX_NO_RESOLVER, and nowhere else.
            scales.Weigh("message", Sources.ErrorLog, Weight.Decisive.For("nginx has no resolver for this request"));
        }

        if (incident.Location is { } location && location.Effective("resolver") is { IsSet: true, At: { } at } resolver)
        {
            scales.Weigh("resolver", Sources.Config, Weight.Strong.Against($"{resolver} is in force now").At(at.File, at.Line));
        }
    }

    public override string Describe(Incident incident, Observations seen) => $"nginx has no resolver to look {NameReading.Asked(incident) ?? "the upstream's name"} up with";

    public override Fix? Propose(Incident incident, Observations seen)
    {
        if (Misspelled(incident) is { } group)
        {
            return new Fix { Summary = $"Write the upstream group's name as it is defined: {group}.", Steps = [RetargetFix.Reload(incident, $"Correct the value of the variable in {incident.Location?.Pass.Name ?? "proxy_pass"}, test the configuration and reload.")] };
        }

        if (incident is { Configuration: { } configuration, Location: not null } && ResolveFix.Resolver(incident, seen) is { Count: > 0 } edits)
        {
            var servers = string.Join(' ', ResolveFix.Servers(incident, seen));
            return new Fix
            {
                Summary = $"Set resolver {servers} in this location: the name servers that this system uses.",
                Edits = ConfigurationEdit.Apply(configuration, edits).Files,
                Steps = [RetargetFix.Reload(incident, "Test the changed configuration and reload nginx.")],
            };
        }

        if (ResolveFix.IsInHosts(incident, seen))
        {
            return new Fix
            {
                Summary = $"Write {NameReading.AskedAndConfigured(incident)} without a variable: it stands in /etc/hosts, which a resolver of nginx does not read.",
                Steps = [RetargetFix.Reload(incident, $"Write the name into {incident.Location?.Pass.Name ?? "proxy_pass"} itself: then it is looked up when the configuration is loaded, by the system. Test and reload.")],
            };
        }

        return new Fix
        {
            Summary = "Set resolver in this location to a name server that knows the name.",
            Steps =
            [
                new("Take the server from /etc/resolv.conf of the system or container that nginx runs in (Docker's own networks have 127.0.0.11).", "grep nameserver /etc/resolv.conf"),
                new("Or write the name without a variable: then it is looked up when nginx starts, by the system."),
            ],
        };
    }

    /// <summary>A group whose name differs by a character or two from what was looked up.</summary>
    private static string? Misspelled(Incident incident)
        => NameReading.Asked(incident) is { } asked && !asked.Contains('.', StringComparison.Ordinal)
            ? incident.Configuration?.Upstreams.Select(group => group.Name).FirstOrDefault(name => name.Length > 3 && IsNear(name, asked))
            : null;

    private static bool IsNear(string name, string asked)
        => name.Equals(asked, StringComparison.OrdinalIgnoreCase) || name.Replace('-', '_').Equals(asked.Replace('-', '_'), StringComparison.OrdinalIgnoreCase)
            || (Math.Abs(name.Length - asked.Length) <= 1 && CommonEnds(name, asked) >= Math.Max(name.Length, asked.Length) - 1);

    private static int CommonEnds(string one, string other)
    {
        var start = one.AsSpan().CommonPrefixLength(other);
        var end = 0;
        while (end < Math.Min(one.Length, other.Length) - start && one[^(end + 1)] == other[^(end + 1)])
        {
            end++;
        }

        return start + end;
    }
}
