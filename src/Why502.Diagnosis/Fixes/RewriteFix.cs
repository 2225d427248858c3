using Why502.Diagnosis.Readings;
using Why502.Nginx;
using Why502.Nginx.Routing;

namespace Why502.Diagnosis;

/// <summary>
/// A rewrite in a location whose result comes to the same location again. nginx's own documentation (ngx_http_rewrite_module, rewrite) has <c>break</c>
/// in such a place: the URI is rewritten once, and the location goes on with it.
/// </summary>
internal static class RewriteFix
{
    private const int RegexAndReplacement = 2;

    /// <summary>Null unless the routing engine shows that one rewrite alone makes the circle, and that the edited configuration serves the request in the same location.</summary>
    public static Fix? Of(Incident incident)
    {
        if (incident.Configuration is not { } configuration || RequestRoute.Of(incident) is not { Status: 500, Location: { } location } answer)
        {
            return null;
        }

        var turns = answer.Steps.Where(step => step.Kind is "rewrite" && step.At is not null).Select(step => step.At!).Distinct().ToList();
        if (turns is not [var at] || (location.Block.Block ?? []).FirstOrDefault(directive => directive.Name == "rewrite" && directive.At == at) is not { } rewrite
            || rewrite.Arguments.Skip(RegexAndReplacement).Any(flag => flag is not "last"))
        {
            return null;
        }

        var outcome = ConfigurationEdit.Apply(configuration, new Edit.SetArguments(rewrite, [.. rewrite.Arguments.Take(RegexAndReplacement), "break"]));
        return outcome.Succeeded && Edited(configuration, outcome) is { } edited && RequestRoute.Of(edited, incident.Host ?? incident.Server, RequestRoute.PathOf(incident)) is { Status: not 500, Location: { } kept } served
            && kept.Path == location.Path && kept.Modifier == location.Modifier
            ? new Fix
            {
                Summary = $"Rewrite once and stay in the location: break at {at}.{(served.UpstreamUri is { } uri ? $" {RequestRoute.PathOf(incident)} then goes to the upstream as {uri}." : "")}",
                Edits = outcome.Files,
                Steps = [RetargetFix.Reload(incident, "Test the changed configuration and reload nginx.")],
            }
            : null;
    }

    private static NginxConfiguration? Edited(NginxConfiguration configuration, EditOutcome outcome)
    {
        var source = new InMemorySource(configuration.Files.Select(file => KeyValuePair.Create(file.Path, outcome.Files.FirstOrDefault(edit => edit.File == file.Path)?.After ?? file.Bytes)));
        return NginxConfiguration.Load(source, configuration.MainFile, configuration.Prefix);
    }
}
