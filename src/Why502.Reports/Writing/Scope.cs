using Why502.Diagnosis;
using Why502.Diagnosis.Readings;
using Why502.Nginx;

namespace Why502.Reports;

/// <summary>One line of configuration as it stands in its file. <paramref name="Depth"/>: nesting, for the indent.</summary>
public sealed record SnippetLine(SourceLine At, string Text, int Depth, bool Marked);

/// <summary>Where in the configuration a finding lives: what the contract calls scope, and the lines to show for it.</summary>
public sealed record Scope(string? Server, string? Location, string? Upstream, SourceLine? Config, IReadOnlyList<SnippetLine> Snippet)
{
    /// <summary>Longest line that is shown as it stands.</summary>
    private const int LineMax = 100;

    public static Scope Of(Incident incident)
    {
        var location = incident.Location;
        return new(
            Name(incident),
            location?.Location?.ToString(),
            UpstreamOf(incident),
            location?.At,
            location is null ? [] : SnippetOf(incident, location));
    }

    /// <summary>The scope of a finding: where its cause names another line than the incident, that line.</summary>
    public static Scope Of(Finding finding)
    {
        var scope = Of(finding.Incident);
        if (finding.Place is not { } place)
        {
            return scope;
        }

        return DirectiveAt(finding.Incident, place) is { } directive
            ? scope with { Config = place, Snippet = Around(directive), Location = LocationOf(directive) ?? scope.Location }
            : scope with { Config = place, Snippet = [] };
    }

    private static string? LocationOf(Directive directive)
    {
        for (Directive? block = directive; block is not null; block = block.Parent)
        {
            if (block.Name == "location")
            {
                return string.Join(' ', block.Arguments);
            }
        }

        return null;
    }

    private static Directive? DirectiveAt(Incident incident, SourceLine place)
        => incident.Configuration is { } configuration ? Below(configuration.Root, place) : null;

    private static Directive? Below(IEnumerable<Directive> block, SourceLine place)
    {
        foreach (var directive in block)
        {
            if (directive.Block is { } inner && Below(inner, place) is { } found)
            {
                return found;
            }

            if (directive.At == place)
            {
                return directive;
            }
        }

        return null;
    }

    private static List<SnippetLine> Around(Directive directive)
    {
        var lines = new List<SnippetLine>();
        for (var block = directive.Parent; block is { Name: "location" or "if" or "server" or "upstream" }; block = block.Parent)
        {
            lines.Insert(0, Line(block, 0, marked: false));
        }

        return [.. lines.Select((line, depth) => line with { Depth = depth }), Line(directive, lines.Count, marked: true)];
    }

    /// <summary>A URL that goes through the failing location, for <c>why502 verify</c>; null when none can be built.</summary>
    public static string? VerifyUrl(Incident incident)
    {
        // Where no server has the name that clients ask for, a request by the name of another proves nothing.
        if (incident.Location is not { } location || ServerChoice.Of(incident) is { Edit: null })
        {
            return null;
        }

        var path = location.Location switch
        {
            null => "/",
            { IsRegex: true } or { IsNamed: true } => null,
            var plain => plain.Path,
        };
        // A route with folded identifiers ("/users/{id}") is no path that anybody asked for.
        path = incident.Routes.FirstOrDefault(route => route.StartsWith('/') && !route.Contains('{') && !route.Contains('*')) ?? path;
        var listen = location.Server.Listens.FirstOrDefault(candidate => !candidate.IsUnix && !candidate.Quic);
        if (path is null || listen is null || !path.StartsWith('/'))
        {
            return null;
        }

        var scheme = listen.Ssl ? "https" : "http";
        var host = Name(incident) is { } name && Uri.CheckHostName(name) != UriHostNameType.Unknown ? name : HostOf(listen);
        var port = listen.Port == (listen.Ssl ? 443 : 80) ? "" : $":{listen.Port}";
        return Uri.TryCreate($"{scheme}://{host}{port}{path}", UriKind.Absolute, out var url) ? url.AbsoluteUri : null;
    }

    private static string HostOf(Listen listen)
        => listen.IsWildcard ? (listen.Address.StartsWith('[') ? "[::1]" : "127.0.0.1")
            : listen.Address[..listen.Address.LastIndexOf(':')];

    private static string? Name(Incident incident)
        => incident.Server is { Length: > 0 } server && server != "_" ? server
            : incident.Host is { Length: > 0 } host ? host
            : incident.Location?.Server.FirstName is { Length: > 0 } first && first != "_" ? first
            : null;

    private static string? UpstreamOf(Incident incident)
    {
        var scheme = incident.Scheme ?? incident.Location?.Scheme;
        var target = incident.Peer?.ToString() ?? incident.Group?.Name;
        return target is null ? incident.Location?.Target : scheme is null ? target : $"{scheme}://{target}";
    }

    /// <summary>Each line once: a configuration may stand in one line.</summary>
    private static List<SnippetLine> SnippetOf(Incident incident, ProxiedLocation location)
        => [.. Lines(incident, location).GroupBy(line => line.At).Select(same => same.FirstOrDefault(line => line.Marked) ?? same.First())];

    private static List<SnippetLine> Lines(Incident incident, ProxiedLocation location)
    {
        var lines = new List<SnippetLine>();
        if (location.Server.Block.Children("server_name").FirstOrDefault() is { } name)
        {
            lines.Add(Line(name, 0, marked: false));
        }

        var around = new Stack<Directive>();
        for (var block = location.Pass.Parent; block is not null && block != location.Server.Block; block = block.Parent)
        {
            around.Push(block);
        }

        var depth = 1;
        foreach (var block in around)
        {
            lines.Add(Line(block, depth++, marked: false));
        }

        lines.Add(Line(location.Pass, depth, marked: true));
        if (incident.Group is { } group)
        {
            lines.Add(Line(group.Block, 0, marked: false));
            lines.AddRange(group.Peers
                .Where(peer => peer.Directive is not null && (incident.Peer is null || Equals(peer.Endpoint, incident.Peer) || (group.Peers.Count == 1)))
                .Take(3)
                .Select(peer => Line(peer.Directive!, 1, marked: true)));
        }

        return lines;
    }

    private static SnippetLine Line(Directive directive, int depth, bool marked)
    {
        var line = directive.File.Line(directive.At.Line).Trim();
        // A line with much else in it is shown as the directive alone.
        return new(directive.At, line.Length <= LineMax ? line : $"… {directive}{(directive.Block is null ? ";" : " {")}", depth, marked);
    }
}
