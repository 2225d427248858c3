using Why502.Diagnosis.Readings;
using Why502.Nginx;

namespace Why502.Diagnosis.Causes.Dns;

/// <summary>The upstream's name points elsewhere now, and nginx goes on with the address of its last start or reload.</summary>
public sealed class DnsStaleAddress : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "dns-stale-address",
        Family = CauseFamily.Dns,
        Title = "The upstream's name has another address now, and nginx still uses the old one",
        Explanation = """
            a name that stands plainly in proxy_pass or in an upstream group is looked up once, when nginx loads its configuration; whatever its TTL, the address
            is kept until the next reload. Load balancers of clouds, containers and virtual machines change theirs. The old address then refuses,
            does not answer, or belongs to somebody else: refused and unreachable, timed out, a certificate for another name, strange answers.
            The proof: the address in use is in none of several fresh answers, and one of the fresh ones works. With the old address
            still among the answers it is the host itself (upstream-down, connect-timeout); a name that never pointed to the app is upstream-wrong-address.
            """,
        LookAlikes = ["upstream-down", "upstream-wrong-address", "connect-timeout", "host-unreachable", "tls-name-mismatch"],
        Remedy = "Reload nginx: it looks the name up again. To last, have it look the name up while it runs (resolver with a variable, or server … resolve).",
        DoNot = "Do not put the new address into the configuration: it moves again.",
        ProxyError = "connection_refused",
        Statuses = ["502", "504"],
        Example = new(
            "The name has moved to another host, and that one answers.",
            "connect() failed (113: No route to host) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://10.0.0.9:3000/\", host: \"shop.example\"",
            "proxy_pass http://app.internal.example:3000;",
            scene => scene.Resolves("app.internal.example", "10.0.0.20").Refuses("10.0.0.9:3000").Accepts("10.0.0.20:3000")),
        NearMiss = new(
            "The name still points there: the host itself is the matter.",
            "connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://10.0.0.9:3000/\", host: \"shop.example\"",
            "proxy_pass http://app.internal.example:3000;",
            scene => scene.Resolves("app.internal.example", "10.0.0.9").Refuses("10.0.0.9:3000"),
            Expect: "upstream-down"),
    };

    public override bool Applies(Incident incident)
        => incident.Kind is SymptomKind.ConnectFailed or SymptomKind.TimedOut or SymptomKind.Reset or SymptomKind.ClosedEarly or SymptomKind.OtherMessage
            && incident.Phase is Phase.Connect or Phase.Tls or Phase.Send or Phase.Header
            && NameReading.Question(incident) is not null;

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        var question = NameReading.Question(incident)!;
        var answered = seen.Ask(question);
        scales.Weigh(answered, answer => answer switch
        {
            { Code: "ok", Addresses.Count: > 0 } => NameReading.HasMoved(answer, incident.Peer!)
                ? Weight.Strong.For($"{question.Name} has the address {string.Join(", ", answer.Addresses.Take(3))} now ({Times(answer)}), and nginx still uses {incident.Peer}{Since(incident)}")
                : Weight.Decisive.Against($"{incident.Peer!.Host} is still an address of {question.Name}"),
            _ => Weight.None,
        });
        if (answered.FactOrNull is not { } fresh || !NameReading.HasMoved(fresh, incident.Peer!))
        {
            return;
        }

        if (NameReading.Works(fresh, incident, seen) is { } works)
        {
            // The definition of the cause: in none of the answers, and a fresh one works.
            scales.Weigh("fresh address", Sources.Probe, Weight.Decisive.For($"{works} accepts connections"));
            return;
        }

        foreach (var attempt in NameReading.Fresh(fresh, incident))
        {
            scales.Weigh(seen.Ask(attempt), _ => Weight.Moderate.Against($"{attempt.Address} does not accept connections either"));
        }
    }

    private static string Times(ResolveFact answer) => answer.Answers > 1 ? $"{answer.Answers} look-ups" : "one look-up";

    private static string Since(Incident incident) => incident.Instance.WorkersStartedAt is { } at ? $", looked up at {Words.Clock(at)} when its workers started" : "";

    public override string Describe(Incident incident, Observations seen)
        => NameReading.Question(incident) is { } question ? $"{question.Name} has moved, and nginx still uses {incident.Peer}" : "nginx still uses an old address of the upstream";

    public override Fix? Propose(Incident incident, Observations seen)
    {
        var edits = ResolveFix.Edits(incident, seen);
        return new Fix
        {
            Summary = edits.Count > 0
                ? "Reload nginx, which looks the name up again, and have it do so while it runs from now on."
                : "Reload nginx: it looks the name up again.",
            Edits = edits,
            IsMadeByReload = true,
            Steps = [RetargetFix.Reload(incident, "Test the configuration and reload; the new workers use the new address.")],
            Later = edits.Count > 0 ? null
                : incident.Location is { } location && NameReading.IsAskedAtRunTime(location) ? "A shorter valid= in resolver notices moves sooner."
                : "To last: resolver with the name in a variable, or server … resolve with a zone in the upstream group (nginx 1.27.3).",
        };
    }
}
