using Why502.Diagnosis.Readings;
using Why502.Logs;
using Why502.Nginx;

namespace Why502.Diagnosis.Causes.Config;

/// <summary>An upgrade brought another default, and nobody asked for it.</summary>
public sealed class UpgradeChangedDefault : Cause
{
    private const string Error = "upstream prematurely closed connection while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://127.0.0.1:3000/\", host: \"shop.example\"";

    /// <summary>An upgrade shows at the next restart or reload; who restarts later than this has another reason.</summary>
    private static readonly TimeSpan Before = TimeSpan.FromHours(24);

    /// <summary>Package managers log before the service is restarted; clocks of both are the same.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(2);

    public override CauseInfo Info { get; } = new()
    {
        Id = "upgrade-changed-default",
        Family = CauseFamily.Config,
        Title = "An upgrade brought another default",
        Explanation = """
            nothing was changed by hand, and yet the failures begin with an upgrade: a newer version of nginx, OpenSSL or the app
            server has another default. nginx from 1.29.7 on keeps connections to upstreams and speaks HTTP/1.1 to them; OpenSSL 3
            refuses old TLS; PHP's sockets, gunicorn's checks of headers and Node's keep-alive time changed in their time. The package
            manager's log has the hour, the list of changed defaults the setting.
            """,
        LookAlikes = ["keepalive-race", "upstream-closed-early", "tls-protocol-mismatch", "socket-permission-denied"],
        Remedy = "Set the old default explicitly where the app needs it, and let the app follow.",
        DoNot = "Do not go back to the old version for good: it has the security holes that the new one closes.",
        ProxyError = "-",
        Statuses = ["502"],
        Prior = Prior.Rare,
        Example = new(
            "nginx 1.29.7 was installed minutes before the app's closes began.",
            Error,
            "proxy_pass http://127.0.0.1:3000;",
            scene => scene.Listens("127.0.0.1:3000", "app", 812).Upgraded("nginx", "1.28.0-1", "1.29.7-1", minutesAgo: 3)),
        NearMiss = new(
            "Nothing was upgraded.",
            Error,
            "proxy_pass http://127.0.0.1:3000;",
            scene => scene.Listens("127.0.0.1:3000", "app", 812)),
    };

    /// <summary>Every kind of failure that some changed default makes; the history decides.</summary>
    public override bool Applies(Incident incident)
        => ChangedDefaults.All.Any(change => change.Symptoms.Contains(incident.Kind)) && incident.First is not null && !incident.FromProbe && incident.Candidates is not ["other"];

    public override void Weigh(Incident incident, Observations seen, Scales scales)
        => scales.Weigh(seen.Ask(Question(incident)), history => Find(incident, history) switch
        {
            // Without any failure the history says what may come, and not what did.
            ({ } upgrade, { } change) when incident.Supposed => Weight.Weak.For($"{upgrade.Package} was upgraded from {upgrade.Before} to {upgrade.After} at {Words.Clock(upgrade.At)}: since {change.From}, {change.What}").At(upgrade.File, upgrade.Line),
            ({ } upgrade, { } change) => Weight.Decisive.For($"{upgrade.Package} was upgraded from {upgrade.Before} to {upgrade.After} at {Words.Clock(upgrade.At)}, before the failures began: since {change.From}, {change.What}").At(upgrade.File, upgrade.Line),

            // No change of a default is known that makes this: it is next to the failures in time, and no more.
            ({ } upgrade, null) => Weight.Weak.For($"{upgrade.Package} was upgraded to {upgrade.After} at {Words.Clock(upgrade.At)}, before the failures began").At(upgrade.File, upgrade.Line),
            _ when history.Logs.Count == 0 => Weight.None,
            _ => Weight.Strong.Against("nothing that matters here was upgraded before the failures began"),
        });

    private static PackageHistory Question(Incident incident) => new(incident.First!.Value - Before);

    private static (PackageChange? Upgrade, ChangedDefault? Change) Find(Incident incident, PackageHistoryFact history)
    {
        var near = history.Changes.Where(change => change.Before is not null && change.At <= incident.First + Slack && !ServedSince(incident, change.At)).Reverse().ToList();
        foreach (var upgrade in near)
        {
            if (ChangedDefaults.All.FirstOrDefault(change => change.IsOf(upgrade.Package) && change.Symptoms.Contains(incident.Kind)
                && PackageLogLine.VersionOf(upgrade.Before) is { } before && PackageLogLine.VersionOf(upgrade.After) is { } after && change.IsCrossed(before, after)) is { } changed)
            {
                return (upgrade, changed);
            }
        }

        return (near.FirstOrDefault(), null);
    }

    /// <summary>Requests to the same upstream went well for a while between the upgrade and the failures: it was not the upgrade.</summary>
    private static bool ServedSince(Incident incident, DateTimeOffset upgrade)
        => incident.Traffic.Groups.Any(group => TrafficReading.IsSuccess(group) && group.First > upgrade + Slack && group.Last < incident.First);

    public override string Describe(Incident incident, Observations seen)
        => seen.Known(Question(incident)) is { } history && Find(incident, history) is ({ } upgrade, { } change)
            ? $"{upgrade.Package} {upgrade.After} has another default: {change.What}"
            : "an upgrade brought another default";

    public override Fix? Propose(Incident incident, Observations seen)
    {
        if (seen.Known(Question(incident)) is not { } history || Find(incident, history) is not ({ }, { } change))
        {
            return new Fix { Summary = "Compare the release notes of what was upgraded with the failure." };
        }

        // The default that was changed is mended as its own cause mends it, in the one place that fails.
        if (change.MendedAs is { } cause && CauseRegistry.Find(cause)?.Propose(incident, seen) is { } fix && (fix.Edits.Count > 0 || fix.Steps.Any(step => step.Action is not (null or RepairAction.ReloadNginx))))
        {
            return fix with { Later = $"{change.Remedy} Source: {change.Source}." };
        }

        var edits = change.KeepsConnections ? OldConnections(incident) : [];
        return new Fix
        {
            Summary = edits.Count > 0 ? "Speak HTTP/1.0 to this upstream and close after each answer, as before the upgrade: a stop-gap for this location until the app keeps connections." : change.Remedy,
            Edits = edits,
            Steps = [RetargetFix.Reload(incident, edits.Count > 0 ? "Test the changed configuration and reload nginx." : "Set it, test and reload.")],
            Later = $"{(edits.Count > 0 ? change.Remedy + " " : "")}Source: {change.Source}.",
        };
    }

    /// <summary>What was in force before nginx 1.29.7, written down in the location; nothing where the configuration says something of its own.</summary>
    private static IReadOnlyList<FileEdit> OldConnections(Incident incident)
        => incident is { Configuration: { } configuration, Location: { Kind: PassKind.Proxy, Group: null or { Keepalive: null or 0 } } location } && location.Effective("proxy_http_version").IsDefault
            && location.Effective("proxy_set_header").All?.Any(header => header is [var name, ..] && name.Equals("Connection", StringComparison.OrdinalIgnoreCase)) != true
            ? ConfigurationEdit.Apply(configuration, [new Edit.Set(location.Block, "proxy_http_version", ["1.0"]), .. HeaderFix.Set(location, ["Connection", "close"])]).Files
            : [];
}
