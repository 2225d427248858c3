using Why502.Diagnosis.Readings;

namespace Why502.Diagnosis.Causes.Dns;

/// <summary>The upstream's name has no address.</summary>
public sealed class DnsNameNotFound : Cause
{
    private const int SearchMax = 2;

    public override CauseInfo Info { get; } = new()
    {
        Id = "dns-name-not-found",
        Family = CauseFamily.Dns,
        Title = "The upstream's name does not resolve",
        Explanation = """
            a name server was asked and says that there is no such name, or that it has no address. A name that stands plainly in proxy_pass or
            in an upstream group is looked up when nginx loads its configuration, by the system: "host not found in upstream", and nginx does not start
            (or keeps what it runs). A name in a variable is looked up for the request by nginx's own resolver: "could not be
            resolved (3: Host not found)". That resolver asks DNS alone: neither /etc/hosts nor the search domains of resolv.conf count, so a
            short name that ping finds may be unknown to it. Names of containers exist only in their own network, and only while the container runs.
            A name server that does not answer, or answers SERVFAIL or REFUSED, is dns-resolver-unreachable.
            """,
        LookAlikes = ["dns-resolver-unreachable", "dns-resolver-missing", "config-invalid"],
        Remedy = "Correct the name, give it an address, or start the container that bears it; use the full name where nginx's resolver asks.",
        DoNot = "Do not put today's address in place of the name: the next move of the upstream breaks it again.",
        ProxyError = "dns_error",
        Statuses = ["502"],
        Prior = Prior.Common,
        Example = new(
            "A misspelled name in a variable.",
            "app.internl.example could not be resolved (3: Host not found), client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", host: \"shop.example\"",
            "resolver 10.0.0.2; set $app app.internl.example; proxy_pass http://$app:3000;",
            scene => scene.LooksUp("app.internl.example", "10.0.0.2:53", "not-found")),
        NearMiss = new(
            "The name server says nothing at all.",
            "app.internal.example could not be resolved (110: Operation timed out), client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", host: \"shop.example\"",
            "resolver 10.0.0.2; set $app app.internal.example; proxy_pass http://$app:3000;",
            scene => scene.LooksUp("app.internal.example", "10.0.0.2:53", "timeout"),
            Expect: "dns-resolver-unreachable"),
    };

    /// <summary>3 is the RCODE for "no such name" (RFC 1035, 4.1.1).</summary>
    public override bool Applies(Incident incident) => incident.Phase == Phase.Resolve && incident.Candidates.Contains(Id) && incident.Code is null or 3;

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        if (incident.Code == 3)
        {
            // ngx_resolver_process_a(): an answer came, with NXDOMAIN or without an address.
            scales.Weigh("message", Sources.ErrorLog, Weight.Decisive.For("the name server answers that there is no such name, or no address to it"));
        }
        else if (incident.Supposed)
        {
            // Docker's DNS knows the services and containers of a network, and asks the host's name servers for any other name (Docker's "Networking overview").
            scales.Weigh("containers", Sources.Config, Weight.Moderate.For($"no service or container of those handed over is called {NameReading.Asked(incident)}").At(incident.ConfigAt?.File, incident.ConfigAt?.Line));
            return;
        }
        else if (incident is { Kind: SymptomKind.NotLoaded, MessageId: null })
        {
            scales.Weigh("message", Sources.Machine, Weight.Moderate.For("nginx does not run, and does not start while the name has no address"));
        }
        else if (incident.Kind == SymptomKind.NotLoaded)
        {
            // ngx_inet_resolve_host(): getaddrinfo() gave no address while the configuration was loaded.
            scales.Weigh("message", Sources.ErrorLog, Weight.Strong.For("the system knew no address of the name when nginx loaded its configuration"));
        }

        if (NameReading.AskedAndConfigured(incident) is { } name)
        {
            WeighLookUps(incident, name, seen, scales);
        }
    }

    private static void WeighLookUps(Incident incident, string name, Observations seen, Scales scales)
    {
        var system = seen.Ask(new Resolve(name, ""));
        if (incident.Kind == SymptomKind.NotLoaded)
        {
            scales.Weigh(system, answer => answer.Code switch
            {
                "not-found" => Weight.Strong.For($"the system still finds no {name}"),
                "ok" => Weight.Weak.Against($"the system finds {name} now ({string.Join(", ", answer.Addresses.Take(3))})"),
                _ => Weight.Strong.Against($"the system's name server does not answer for {name} ({answer.Code})"),
            });
            return;
        }

        foreach (var server in NameReading.Resolvers(incident))
        {
            scales.Weigh(seen.Ask(new Resolve(name, server) { ThroughPid = incident.Instance.NetworkThrough }), answer => answer.Code switch
            {
                "not-found" or "ok" when answer.Addresses.Count == 0 => Weight.Moderate.For($"{server} has no address of {name} now either"),
                "ok" => Weight.Moderate.Against($"{server} answers {string.Join(", ", answer.Addresses.Take(3))} for {name} now"),
                _ => Weight.None,
            });
        }

        scales.Weigh(system, answer => answer is { Code: "ok", Addresses.Count: > 0 }
            ? Weight.Weak.For($"the system finds {name} ({answer.Addresses[0]}) by its hosts file or search domains, which nginx's resolver does not use")
            : Weight.None);
    }

    public override string Describe(Incident incident, Observations seen)
        => NameReading.Asked(incident) is { } name
            ? $"{name} does not resolve{(incident.Kind == SymptomKind.NotLoaded ? ", so nginx does not load its configuration" : "")}"
            : "the upstream's name does not resolve";

    public override Fix? Propose(Incident incident, Observations seen)
    {
        var asked = NameReading.Asked(incident) ?? "the name";
        var name = NameReading.AskedAndConfigured(incident);
        var short_ = !asked.Contains('.', StringComparison.Ordinal);
        var steps = new List<FixStep>
        {
            new($"Check the spelling of {asked}, and whether it has an address{(short_ ? "; a container's name resolves only inside its own network and while it runs" : "")}.", name is null ? null : $"getent ahosts {Shell.Quote(name)}"),
        };
        var search = NameReading.NameServers(incident, seen)?.Search ?? [];
        if (incident.Kind == SymptomKind.NotLoaded)
        {
            // A running nginx still serves by what it loaded before; with the edit it would load, and answer 502 where it now answers.
            var edits = incident.Instance.Running ? [] : ResolveFix.Edits(incident, seen);
            steps.Add(RetargetFix.Load(incident, seen, $"When it resolves, test the configuration and {(incident.Instance.IsStopped ? "start" : "start or reload")} nginx."));
            return new Fix
            {
                Summary = $"Give {asked} an address before nginx loads its configuration.",
                Edits = edits,
                Steps = steps,
                LoadsPending = true,
                Later = edits.Count > 0 ? "The edit has nginx look the name up for the request, so that it starts without it." : "A name in a variable, with a resolver, is looked up for the request: then nginx starts without it.",
            };
        }

        if (short_ && Full(incident, asked, search, seen) is var (full, server) && SearchedFix.Edits(incident, asked, full) is { Count: > 0 } written)
        {
            return new Fix
            {
                Summary = $"Write the full name {full}: nginx's resolver adds no search domain.",
                Edits = written,
                Steps = [new($"{server}, which nginx asks, knows {full}; this system finds {asked} only by its search domain."), RetargetFix.Reload(incident, "Test the changed configuration and reload nginx.")],
            };
        }

        if (short_ && search.Count > 0)
        {
            steps.Add(new($"nginx's resolver adds no search domain: write the full name ({asked}.{search[0]}, if it is in this system's domain)."));
        }

        steps.Add(new("If the name is of a private zone or a container network, name its own name server with resolver (Docker's is 127.0.0.11, a cluster's is its DNS service)."));
        return new Fix { Summary = $"Correct {asked} in the configuration, or give it an address where nginx's resolver asks.", Steps = steps };
    }

    /// <summary>The name with a search domain of this system, where the resolver that nginx asks knows it.</summary>
    private static (string Name, string Server)? Full(Incident incident, string asked, IReadOnlyList<string> search, Observations seen)
        => (from domain in search.Take(SearchMax)
            from server in NameReading.Resolvers(incident)
            let name = $"{asked}.{domain.TrimEnd('.')}"
            where seen.Ask(new Resolve(name, server) { ThroughPid = incident.Instance.NetworkThrough }).FactOrNull is { Code: "ok", Addresses.Count: > 0 }
            select ((string, string)?)(name, server)).FirstOrDefault();
}
