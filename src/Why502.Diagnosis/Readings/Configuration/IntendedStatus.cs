using Why502.Nginx;
using Why502.Nginx.Routing;

namespace Why502.Diagnosis.Readings;

/// <summary>Where the configuration itself answers with a status, and whether it was meant: a maintenance page is announced as such.</summary>
public sealed record IntendedStatus(SourceLine At, Directive? Directive, bool IsMeant, string Words)
{
    /// <summary>
    /// Null when nothing in the configuration makes this status of this request. A row without its host may be of any server: then one that makes the status by
    /// accident comes before one that means it.
    /// </summary>
    public static IntendedStatus? Of(NginxConfiguration configuration, string? host, string path, int status)
        => host is { Length: > 0 } ? Written(configuration, host, path, status)
            : configuration.Servers.Select(server => server.FirstName).Prepend(null).Distinct().Select(name => Written(configuration, name, path, status)).OfType<IntendedStatus>().OrderBy(made => made.IsMeant).FirstOrDefault();

    /// <summary>The server of an incident whose rows name no host is the one that its path would be served by, and as well any other.</summary>
    public static IntendedStatus? Of(Incident incident)
        => incident is not { Configuration: { } configuration, Status: { } status } ? null
            : Of(configuration, incident.Host ?? incident.Server, RequestRoute.PathOf(incident), status)
            ?? (incident is { Host: null, Kind: SymptomKind.Answered } ? Of(configuration, null, RequestRoute.PathOf(incident), status) : null);

    private static IntendedStatus? Written(NginxConfiguration configuration, string? host, string path, int status)
    {
        var answer = RequestRoute.Of(configuration, host, path);
        var levels = Levels(answer).ToList();
        if (ReturnIn(levels, status) is { } made)
        {
            return new(made.At, made, IsMarked(configuration, made, levels, status), made.ToString());
        }

        if (ReturnOnTheWay(answer, status) is { } passed)
        {
            return new(passed.At, passed, IsMarked(configuration, passed, [.. Above(passed)], status), passed.ToString());
        }

        if (answer.Status == status && answer.Steps.LastOrDefault(step => step.At is not null && step.Kind is "answer" or "error" or "rewrite" or "try_files") is { At: { } at } last)
        {
            return new(at, null, false, last.Text);
        }

        return Mapping(levels, status) is { } mapping ? new(mapping.At, mapping, false, mapping.ToString()) : null;
    }

    /// <summary>The request went on to the location of an error_page: what made the status stands where it was before.</summary>
    private static Directive? ReturnOnTheWay(RouteAnswer answer, int status)
    {
        var lines = answer.Steps.Select(step => step.At).OfType<SourceLine>().ToHashSet();
        return (answer.Server?.Locations ?? []).SelectMany(location => location.Block.Block ?? []).SelectMany(directive => directive.Name == "if" ? directive.Block ?? [] : [directive])
            .FirstOrDefault(directive => directive.Name == "return" && directive.Arguments.Count > 0 && directive.Arguments[0] == Text(status) && lines.Contains(directive.At));
    }

    private static IEnumerable<Directive> Above(Directive directive)
    {
        for (var block = directive.Parent; block is not null && block.Name != "http"; block = block.Parent)
        {
            yield return block;
        }
    }

    private static IEnumerable<Directive> Levels(RouteAnswer answer)
    {
        for (var block = answer.Location?.Block; block is not null && block != answer.Server?.Block; block = block.Parent)
        {
            yield return block;
        }

        if (answer.Server is { } server)
        {
            yield return server.Block;
        }
    }

    /// <summary><c>return 503</c> in the request's location, its server, or an <c>if</c> of them (which may hold at other times).</summary>
    private static Directive? ReturnIn(IEnumerable<Directive> levels, int status)
        => levels
            .SelectMany(level => (level.Block ?? []).Concat((level.Block ?? []).Where(directive => directive.Name == "if").SelectMany(condition => condition.Block ?? [])))
            .FirstOrDefault(directive => directive.Name == "return" && directive.Arguments.Count > 0 && directive.Arguments[0] == Text(status));

    /// <summary><c>error_page 502 =503 …</c>, and try_files ending in <c>=503</c>.</summary>
    private static Directive? Mapping(IReadOnlyList<Directive> levels, int status)
        => levels.SelectMany(level => level.Block ?? [])
            .FirstOrDefault(directive => directive.Name is "error_page" or "try_files" && directive.Arguments.Contains($"={Text(status)}"));

    /// <summary>
    /// Marks of intention: a page for exactly this status, a Retry-After header (RFC 9110, 10.2.3, for planned outages), or the word
    /// itself. A file that switches it is none: without a page it may be left over, and users see a bare error.
    /// </summary>
    private static bool IsMarked(NginxConfiguration configuration, Directive made, IReadOnlyList<Directive> levels, int status)
    {
        var http = configuration.Root.Where(directive => directive.Name == "http");
        var near = levels.Concat(http).SelectMany(level => level.Block ?? []).ToList();
        return near.Any(directive => directive.Name == "error_page" && directive.Arguments.Count(argument => int.TryParse(argument, out _)) == 1 && directive.Arguments[0] == Text(status))
            || levels.SelectMany(Below).Any(directive => directive.Name == "add_header" && directive.Arguments is ["Retry-After", ..])
            || new[] { made, made.Parent }.OfType<Directive>().Any(directive => directive.Arguments.Any(argument => argument.Contains("maintenance", StringComparison.OrdinalIgnoreCase)));
    }

    private static IEnumerable<Directive> Below(Directive block)
        => (block.Block ?? []).SelectMany(directive => directive.Name is "if" ? (directive.Block ?? []).Prepend(directive) : [directive]);

    private static string Text(int status) => status.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
