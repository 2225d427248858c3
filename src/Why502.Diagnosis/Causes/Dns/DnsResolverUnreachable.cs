using Why502.Diagnosis.Readings;
using Why502.Nginx;

namespace Why502.Diagnosis.Causes.Dns;

/// <summary>The name server that nginx asks does not answer, or refuses to.</summary>
public sealed class DnsResolverUnreachable : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "dns-resolver-unreachable",
        Family = CauseFamily.Dns,
        Title = "The resolver that nginx is told to use does not answer",
        Explanation = """
            nginx asks the servers of resolver itself, over UDP (TCP for long answers). Nobody listens there ("send() or recv() failed (111…) while
            resolving"), nothing comes back within resolver_timeout ("could not be resolved (110: Operation timed out)"), or the server answers
            SERVFAIL (2) or REFUSED (5). Often the address is one of another world: 127.0.0.11 outside of Docker's own networks, 127.0.0.53
            inside a container, a cluster's DNS from outside, a public server where UDP 53 is filtered.
            An answer that there is no such name is dns-name-not-found.
            """,
        LookAlikes = ["dns-name-not-found", "dns-resolver-missing", "firewall-blocked"],
        Remedy = "Point resolver at a name server that answers where nginx runs, or start the one that it names.",
        DoNot = "Do not raise resolver_timeout: requests then wait longer for the same error.",
        ProxyError = "dns_timeout",
        Statuses = ["502"],
        Example = new(
            "Nobody answers at the resolver's address.",
            "app.internal.example could not be resolved (110: Operation timed out), client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", host: \"shop.example\"",
            "resolver 10.0.0.2; set $app app.internal.example; proxy_pass http://$app:3000;",
            scene => scene.LooksUp("app.internal.example", "10.0.0.2:53", "timeout")),
        NearMiss = new(
            "The name server answers, and does not know the name.",
            "app.internal.example could not be resolved (3: Host not found), client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", host: \"shop.example\"",
            "resolver 10.0.0.2; set $app app.internal.example; proxy_pass http://$app:3000;",
            scene => scene.LooksUp("app.internal.example", "10.0.0.2:53", "not-found"),
            Expect: "dns-name-not-found"),
    };

    public override bool Applies(Incident incident)
        => incident.Phase == Phase.Resolve && ((incident.Candidates.Contains(Id) && incident.Code != 3) || (incident.Kind == SymptomKind.NotLoaded && incident.Candidates.Contains("dns-name-not-found")));

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        if (incident.Kind == SymptomKind.NotLoaded)
        {
            WeighStart(incident, seen, scales);
            return;
        }

        // ngx_resolver.c: NGX_RESOLVE_TIMEDOUT is the timer of resolver_timeout, any other code the server's own; its socket's errors are logged while resolving.
        scales.Weigh("message", Sources.ErrorLog, incident switch
        {
            { Code: 110 } => Weight.Decisive.For("nothing came back within resolver_timeout"),
            { Code: 2 } => Weight.Decisive.For("the name server answers SERVFAIL"),
            { Code: 5 } => Weight.Decisive.For("the name server refuses to answer (REFUSED)"),
            { Code: { } code } => Weight.Decisive.For($"the name server answers with error {code}"),
            { Errno: 111 or 61 } => Weight.Decisive.For("nobody listens at the resolver's address"),
            { Errno: { } errno } => Weight.Strong.For($"nginx's socket to the resolver fails with errno {errno}"),
            { Message: var text } when text.Contains("DNS", StringComparison.Ordinal) => Weight.Strong.For("what comes back from the resolver is no proper answer"),
            _ => Weight.None,
        });
        if (Name(incident) is not { } name)
        {
            return;
        }

        foreach (var server in NameReading.Resolvers(incident))
        {
            scales.Weigh(seen.Ask(new Resolve(name, server) { ThroughPid = incident.Instance.NetworkThrough }), answer => answer.Code switch
            {
                "timeout" => Weight.Strong.For($"{server} does not answer a question for {name}"),
                "unreachable" => Weight.Strong.For($"nobody listens at {server}, or no route leads there"),
                "server-failure" => Weight.Strong.For($"{server} answers SERVFAIL for {name}"),
                "refused" => Weight.Strong.For($"{server} refuses to answer for {name}"),
                "not-found" => Weight.Moderate.Against($"{server} answers that there is no {name}"),
                "ok" => Weight.Moderate.Against($"{server} answers for {name} now, in {answer.TookMs:0} ms"),
                _ => Weight.None,
            });
        }
    }

    /// <summary>At start the system looks names up, and every failure of it reads the same: host not found.</summary>
    private static void WeighStart(Incident incident, Observations seen, Scales scales)
    {
        if (NameReading.AskedAndConfigured(incident) is { } name)
        {
            scales.Weigh(seen.Ask(new Resolve(name, "")), answer => answer.Code switch
            {
                "timeout" or "server-failure" or "unreachable" or "refused" => Weight.Strong.For($"the system's name server does not answer for {name} ({answer.Code})"),
                "not-found" => Weight.Decisive.Against($"the system's name server answers that there is no {name}"),
                _ => Weight.None,
            });
        }
    }

    /// <summary>A line about the socket names no name: any that the configuration has nginx look up will do.</summary>
    private static string? Name(Incident incident)
        => NameReading.AskedAndConfigured(incident)
            ?? incident.Configuration?.ProxiedLocations.Where(NameReading.IsAskedAtRunTime).SelectMany(location => location.Peers).Select(target => target.Endpoint).FirstOrDefault(endpoint => endpoint?.IsName == true)?.Host;

    public override string Describe(Incident incident, Observations seen)
        => NameReading.Resolvers(incident) is [var server, ..] ? $"nginx's resolver {server} {(incident.Code is 2 or 5 ? $"does not answer properly for {NameReading.Asked(incident)}" : "does not answer")}"
            : incident.Kind == SymptomKind.NotLoaded ? "the system's name server does not answer, so nginx does not load its configuration"
            : "nginx's resolver does not answer";

    public override Fix? Propose(Incident incident, Observations seen)
    {
        var used = NameReading.Resolvers(incident);
        var others = ResolveFix.Servers(incident, seen).Where(server => !used.Contains(Endpoint.TryParse(server, 53, out var endpoint) ? endpoint.ToString() : server)).ToList();

        // Only where the system, asked the same, finds the name: its servers know it then.
        var knows = Name(incident) is { } name && seen.Ask(new Resolve(name, "")).FactOrNull is { Code: "ok", Addresses.Count: > 0 };
        if (others.Count > 0 && knows && incident.Configuration is { } configuration && NameReading.ResolverDirective(incident) is { } directive)
        {
            return new Fix
            {
                Summary = $"Have nginx ask the name server that this system uses: resolver {string.Join(' ', others)}.",
                Edits = [ConfigurationEdit.SetArguments(configuration, directive, [.. others, .. directive.Arguments.Where(argument => argument.Contains('=', StringComparison.Ordinal))])],
                Steps = [RetargetFix.Reload(incident, "Test the changed configuration and reload nginx.")],
            };
        }

        return new Fix
        {
            Summary = $"Start the name server that nginx asks{(used.Count > 0 ? $" ({string.Join(", ", used)})" : "")}, or name one that answers with resolver.",
            Steps =
            [
                new("See which servers the system uses where nginx runs.", "grep nameserver /etc/resolv.conf"),
                new("127.0.0.11 answers in Docker's own networks only, 127.0.0.53 on the host only; SERVFAIL and REFUSED are mended at that server (forwarders, allow-query, a zone that does not load)."),
            ],
        };
    }
}
