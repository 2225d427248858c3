using System.Net;
using Why502.Logs;
using Why502.Nginx;

namespace Why502.Diagnosis.Readings;

/// <summary>Which server or location nginx takes for a request that seems to be meant for another one.</summary>
/// <param name="Taken">What serves it, and why.</param>
/// <param name="Meant">What it was probably meant for, and how that is seen.</param>
/// <param name="At">The line that would have to change.</param>
public sealed record ServerChoice(string Taken, string Meant, SourceLine At)
{
    /// <summary>Names that differ by one or two letters are a slip; shorter names are too near to each other anyway.</summary>
    private const string OnAnotherListen = "the name is there, on another listen";
    private const int SlipMax = 2;
    private const int SlipLengthMin = 8;

    /// <summary>The listen address that the server which is meant lacks; null where its name or place is what does not fit.</summary>
    public string? Listen { get; private init; }

    /// <summary>The change of that line, where what is meant is certain; a name in it comes from the configuration, never from a request.</summary>
    public Edit.SetArguments? Edit { get; private init; }

    public static ServerChoice? Of(Incident incident)
        => incident.Configuration is { } configuration ? Of(configuration, incident.Host, RequestRoute.PathOf(incident), incident.Server, IsOwn(incident)) : null;

    /// <param name="server">The name of the server that took the request, where a line of the error log tells it.</param>
    /// <param name="isOwn">The rows say that nginx answered by itself and asked no upstream.</param>
    public static ServerChoice? Of(NginxConfiguration configuration, string? host, string path, string? server, bool isOwn = false)
        => ByName(configuration, host, server, isOwn ? path : null) ?? ByPath(configuration, host, path);

    private static bool IsOwn(Incident incident)
        => incident.Kind == SymptomKind.Answered && incident.Traffic.Groups.Where(group => group.Host == incident.Host && group.Status == incident.Status).ToList() is [_, ..] rows && rows.All(row => row.Origin == StatusOrigin.Nginx);

    /// <summary>
    /// The server that answers for a name which no server of the configuration has; null where one has it, for what is no name, and where no server is named:
    /// a single server for whatever comes is meant so.
    /// </summary>
    public static Server? ForStranger(NginxConfiguration configuration, string? host, string? server)
        => Name(host) is { } name && configuration.Servers.Any(own => own.Names.Any(written => written.Contains('.', StringComparison.Ordinal))) && !configuration.Servers.Any(own => own.Names.Any(written => written.StartsWith('~')) || Matches(own, name))
            ? Logged(configuration, server) ?? RequestRoute.Of(configuration, host, "/").Server
            : null;

    /// <summary>No server_name matches the Host, so that the default server of the address answers (ngx_http_find_virtual_server).</summary>
    private static ServerChoice? ByName(NginxConfiguration configuration, string? host, string? server, string? ownPath)
    {
        if (Name(host) is not { } name || (Logged(configuration, server) ?? Unasked(configuration, host, ownPath) ?? RequestRoute.Of(configuration, host, "/").Server) is not { } taken || Matches(taken, name) || taken.Names.Any(own => own.StartsWith('~')))
        {
            return null;
        }

        var meant = configuration.Servers.Where(server => server != taken)
            .SelectMany(server => server.Names.Select(own => (server, own)))
            .Select(item => (item.server, item.own, How: Resemblance(item.own, name)))
            .Where(item => item.How is not null)
            .OrderBy(item => item.How!.Length)
            .FirstOrDefault();
        return meant.server is null ? null
            : meant.How == OnAnotherListen && taken.Listens.Select(listen => listen.Address).Except(meant.server.Listens.Select(listen => listen.Address)).FirstOrDefault() is { } address
            ? new($"the server at {taken.At} answers for {name}, because it listens on {address} and no server of that name does", $"{meant.own} at {meant.server.At}, which listens on {string.Join(", ", meant.server.Listens.Select(listen => listen.Address))}", meant.server.At) { Listen = address }
            : new($"the default server at {taken.At} answers for {name}, because no server_name matches", $"{meant.own} at {meant.server.At}: {meant.How}", NameLine(meant.server)) { Edit = Named(taken, meant.server, meant.own, name) };
    }

    /// <summary>
    /// ngx_http_log_error_handler() writes the first name of the server that serves the request. The address that the client came to is in no line, and the most specific listen takes
    /// it whatever the Host says (ngx_http_add_connection's sorted addresses): the server that the routing would choose by the name alone need not be the one.
    /// </summary>
    private static Server? Logged(NginxConfiguration configuration, string? server)
        => string.IsNullOrEmpty(server) ? null : configuration.Servers.Where(candidate => candidate.FirstName == server).ToList() is [var only] ? only : null;

    /// <summary>
    /// The name's server would have passed the request on, and nginx asked nobody: another one took it, and that can only be one whose listen names an address of the same port.
    /// Null where several do.
    /// </summary>
    private static Server? Unasked(NginxConfiguration configuration, string? host, string? path)
        => path is not null && RequestRoute.Of(configuration, host, path) is { Pass: not null, Server: { } named }
            ? configuration.Servers.Where(other => other != named && other.Listens.Any(listen => IsNarrower(listen, named))).ToList() is [var only] ? only : null
            : null;

    private static bool IsNarrower(Listen listen, Server named)
        => !listen.IsUnix && !listen.IsWildcard && named.Listens.Any(wide => wide.IsWildcard && wide.Port == listen.Port) && !named.Listens.Any(own => own.Address == listen.Address);

    /// <summary>The same name with or without www., or the bare name beside its wildcard, for a server on the address that was asked.</summary>
    private static Edit.SetArguments? Named(Server taken, Server meant, string own, string asked)
    {
        var written = own.ToLowerInvariant();
        var added = written.StartsWith("*.", StringComparison.Ordinal) ? written[2..] : written.StartsWith("www.", StringComparison.Ordinal) ? written[4..] : "www." + written;
        return added == asked && meant.Block.Children("server_name").FirstOrDefault(line => line.Arguments.Contains(own)) is { } line
            && meant.Listens.Any(listen => taken.Listens.Any(other => other.Address == listen.Address))
            ? new Edit.SetArguments(line, [.. line.Arguments, added])
            : null;
    }

    /// <summary>A regular expression takes what a longer prefix, which is passed to an app, seems to be for (ngx_http_core_find_location).</summary>
    private static ServerChoice? ByPath(NginxConfiguration configuration, string? host, string path)
    {
        var answer = RequestRoute.Of(configuration, host, path);
        if (answer is not { Pass: null, Server: { } server, Location: { IsRegex: true } taken })
        {
            return null;
        }

        var prefix = server.Locations.Where(location => location.Modifier == "" && location.Path.Length > 1 && path.StartsWith(location.Path, StringComparison.Ordinal)).MaxBy(location => location.Path.Length);
        return prefix is not null && configuration.ProxiedLocations.Any(proxied => proxied.Location == prefix)
            ? new($"location {taken} at {taken.At} takes {path} and looks for a file", $"location {prefix} at {prefix.At}, which is passed to an app: ^~ would let it win over regular expressions", prefix.At) { Edit = new Edit.SetArguments(prefix.Block, ["^~", prefix.Path]) }
            : null;
    }

    private static SourceLine NameLine(Server server) => server.Block.Children("server_name").FirstOrDefault()?.At ?? server.At;

    /// <summary>The Host without its port; null for an address, which everybody's default server gets from scanners.</summary>
    private static string? Name(string? host)
    {
        if (string.IsNullOrEmpty(host) || host.StartsWith('['))
        {
            return null;
        }

        var name = host.Split(':')[0].TrimEnd('.').ToLowerInvariant();
        return IPAddress.TryParse(name, out _) || !name.Contains('.', StringComparison.Ordinal) ? null : name;
    }

    private static bool Matches(Server server, string name) => server.Names.Any(own => Matches(own.ToLowerInvariant(), name));

    private static bool Matches(string own, string name)
        => own == name
            || (own.StartsWith("*.", StringComparison.Ordinal) && name.EndsWith(own[1..], StringComparison.Ordinal))
            || (own.StartsWith('.') && (name == own[1..] || name.EndsWith(own, StringComparison.Ordinal)))
            || (own.EndsWith(".*", StringComparison.Ordinal) && name.StartsWith(own[..^1], StringComparison.Ordinal));

    private static string? Resemblance(string written, string name)
    {
        var own = written.ToLowerInvariant();
        return own.StartsWith('~') || own is "_" or "localhost" or "" ? null
            : Matches(own, name) ? OnAnotherListen
            : own == "www." + name || name == "www." + own ? "the same with or without www."
            : own.StartsWith("*.", StringComparison.Ordinal) && own[2..] == name ? "a wildcard does not match the bare name"
            : own.Length >= SlipLengthMin && !own.Contains('*', StringComparison.Ordinal) && Distance(own, name) <= SlipMax ? "it differs by a letter or two"
            : null;
    }

    /// <summary>Levenshtein's distance.</summary>
    private static int Distance(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > SlipMax)
        {
            return int.MaxValue;
        }

        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var before = row[0]++;
            for (var j = 1; j <= b.Length; j++)
            {
                (before, row[j]) = (row[j], Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), before + (a[i - 1] == b[j - 1] ? 0 : 1)));
            }
        }

        return row[^1];
    }
}
