using Why502.Diagnosis.Readings;
using Why502.Logs;
using Why502.Nginx;

namespace Why502.Diagnosis.Causes.Config;

/// <summary>The pass directive's URI part maps the path to one that the app does not serve.</summary>
public sealed class ProxyUriRewrite : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "proxy-uri-rewrite",
        Family = CauseFamily.Config,
        Title = "proxy_pass replaces the path, and the app does not know the new one",
        Explanation = """
            with a URI part in proxy_pass (a single slash is enough) nginx replaces what the location matched by it: /api/users becomes
            /users. Without one the path goes on as it came. The app then answers 404 for a path that nobody asked for, or, where the
            slashes of location and proxy_pass do not match, for //users or /v1users. The app answers the original path.
            """,
        LookAlikes = ["wrong-server-block", "upstream-answered-error"],
        Remedy = "Leave the URI part out of proxy_pass where the app serves the full path; else end both, location and URI part, with a slash.",
        ProxyError = "proxy_configuration_error",
        Statuses = ["404", "502"],
        Example = new(
            "The app serves /api/users and is asked for /users.",
            "",
            "proxy_pass http://127.0.0.1:3001; } location /api/ { proxy_pass http://127.0.0.1:3000/;",
            scene => scene.Listens("127.0.0.1:3000", "node", 812).Gets("/api/users", 404, StatusOrigin.Upstream, 40, "127.0.0.1:3000")),
        NearMiss = new(
            "The same status without a URI part: the app's own.",
            "",
            "proxy_pass http://127.0.0.1:3001; } location /api/ { proxy_pass http://127.0.0.1:3000;",
            scene => scene.Listens("127.0.0.1:3000", "node", 812).Gets("/api/users", 404, StatusOrigin.Upstream, 40, "127.0.0.1:3000")),
    };

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        if (incident.Configuration is null || Mapped(incident) is not var (asked, mapped, pass))
        {
            if (incident.Configuration is not null)
            {
                scales.Weigh("mapping", Sources.Config, Weight.Decisive.Against("the path goes on to the app as it came"));
            }

            return;
        }

        // ngx_http_proxy_create_uri: what the location matched is cut off and the URI part put before the rest, byte by byte.
        var joint = mapped.Contains("//", StringComparison.Ordinal) || (incident.Location is { UriPart: { } part, Location.Path: var path } && path.EndsWith('/') && !part.EndsWith('/'));
        scales.Weigh("mapping", Sources.Config, (joint ? Weight.Strong : Weight.Moderate).For($"proxy_pass makes {mapped} of {asked}").At(pass.File, pass.Line));
        var answered = incident.Traffic.Groups.Where(group => group.Status is >= 200 and < 400 && IsHere(incident, group)).Sum(group => group.Count);
        scales.Weigh("others", Sources.AccessLog, answered == 0
            ? Weight.Weak.For("no request to this location was answered otherwise")
            : Weight.Moderate.Against($"{answered} other requests to this location were answered"));
        if (Probing.Get(incident, asked, TimeSpan.FromSeconds(2), seen) is { } original)
        {
            scales.Weigh(seen.Ask(original), response => response.Status switch
            {
                >= 200 and < 400 => Weight.Decisive.For($"GET {asked} straight to {incident.Peer} is answered with {response.Status}"),

                // A broken joint shows that another path was meant than the one that came.
                404 when joint => Weight.None,
                404 => Weight.Strong.Against($"the app does not know {asked} either"),
                _ => Weight.None,
            });
        }
    }

    private static bool IsHere(Incident incident, AccessGroup group)
        => group.Path is { } path && incident.Configuration?.LocationFor(group.ServerName, group.Host, path, null)?.Pass == incident.Location?.Pass;

    /// <summary>The app was seen to answer the path as it came.</summary>
    private static bool IsServed(Incident incident, Observations seen)
        => Mapped(incident) is var (asked, _, _) && Probing.Get(incident, asked, TimeSpan.FromSeconds(2), seen) is { } original && seen.Known(original) is { Status: >= 200 and < 400 };

    /// <summary>Where one of location and proxy_pass ends with a slash and the other does not: the change that makes them fit; null where they do.</summary>
    private static (string Words, Edit.SetArguments Change)? Joined(ProxiedLocation location, string part)
    {
        if (location.Location is not { Modifier: "" or "^~", Path: { Length: > 1 } path } place || path.EndsWith('/') == part.EndsWith('/'))
        {
            return null;
        }

        if (part == "/")
        {
            return ($"location {path}/", new Edit.SetArguments(place.Block, [.. place.Block.Arguments.SkipLast(1), path + "/"]));
        }

        var target = part.EndsWith('/') ? location.Target[..^1] : location.Target + "/";
        return ($"{location.Pass.Name} {target}", new Edit.SetArguments(location.Pass, [target]));
    }

    private static (string Asked, string Mapped, SourceLine Pass)? Mapped(Incident incident)
    {
        var asked = RequestRoute.PathOf(incident);
        return RequestRoute.Of(incident) is { Pass: { } pass, UpstreamUri: { } mapped } && mapped.Split('?')[0] != asked ? (asked, mapped, pass.At) : null;
    }

    public override string Describe(Incident incident, Observations seen)
        => Mapped(incident) is var (asked, mapped, _) ? $"proxy_pass asks the app for {mapped} instead of {asked}" : "proxy_pass replaces the path";

    public override Fix? Propose(Incident incident, Observations seen)
    {
        if (incident is not { Location: { HasVariables: false, UriPart: { Length: > 0 } part } location, Configuration: { } configuration })
        {
            return new Fix { Summary = "Let proxy_pass and rewrite hand on the path that the app serves." };
        }

        if (Joined(location, part) is { } joined && !IsServed(incident, seen))
        {
            return new Fix
            {
                Summary = $"Write the slash on both sides or on neither: {joined.Words} at {joined.Change.Directive.At}.",
                Edits = ConfigurationEdit.Apply(configuration, joined.Change).Files,
                Steps = [RetargetFix.Reload(incident, "Test the changed configuration and reload nginx.")],
            };
        }

        var target = location.Target[..^part.Length];
        return new Fix
        {
            Summary = $"Leave {part} out of proxy_pass at {location.At}: the path then goes on as it came.",
            Edits = [ConfigurationEdit.SetArguments(configuration, location.Pass, target)],
            Steps = [RetargetFix.Reload(incident, "Test the changed configuration and reload nginx.")],
        };
    }
}
