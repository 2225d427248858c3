using System.Text.RegularExpressions;

namespace Why502.Diagnosis.Readings;

/// <summary>
/// Whether this machine shows that a related app is the one that is missed. That it answers is no proof: a metrics exporter, a test copy or another site's app
/// answers, too, and a site's requests must not be sent to it.
/// </summary>
public static partial class AppIdentity
{
    private const int WordMin = 3;

    /// <summary>Words that name a role or an environment and no app.</summary>
    private static readonly HashSet<string> Common = new(StringComparer.OrdinalIgnoreCase)
    {
        "www", "com", "net", "org", "test", "local", "localhost", "localdomain", "internal", "intern", "intra", "lan", "example", "api", "app", "apps", "web", "site", "sites", "default", "backend", "frontend",
        "upstream", "server", "http", "https", "main", "prod", "production", "staging", "stage", "dev", "usr", "bin", "srv", "var", "opt", "home", "lib", "run", "etc", "node", "python", "python3", "java",
        "php", "ruby", "dotnet", "gunicorn", "uwsgi", "service", "current", "releases", "html", "public", "src", "dist", "bind",
    };

    /// <param name="app">One of <see cref="RelatedApps.Of"/>.</param>
    public static bool IsShown(RelatedApp app, Incident incident, Observations seen) => seen.Once(incident, () => Shown(incident, seen)).Contains(app);

    private static HashSet<RelatedApp> Shown(Incident incident, Observations seen)
    {
        var apps = RelatedApps.Of(incident, seen);
        var named = apps.Where(app => BearsName(app, incident)).ToHashSet();
        return [.. apps.Where(IsMissed)];

        bool IsMissed(RelatedApp app)
        {
            var rivals = apps.Where(other => other.Owner != app.Owner);
            return named.Contains(app)
                ? rivals.All(other => other.LogOdds < app.LogOdds || !named.Contains(other))
                : rivals.All(other => other.LogOdds < app.LogOdds) && (app.LogOdds >= Weight.Decisive.Size || app.IsAlike || !MayHaveRunBeside(app, incident));
        }
    }

    /// <summary>What a person has to find out where nothing shows it.</summary>
    public static Fix Ask(RelatedApp app, string address, Incident incident)
        => new()
        {
            Summary = $"Find out whether {Who(app)} is the app that is missed at {incident.UpstreamText}.",
            Steps =
            [
                new($"{app.Why}. Nothing on this machine shows that it serves {incident.Server ?? "this site"}: another program answers as well. If it is the app, change {incident.UpstreamText} to {address}{(incident.Location is { } location ? $" at {location.At}" : "")}, test the configuration and reload."),
                new($"If it is not, start the app that belongs on {incident.UpstreamText}."),
            ],
        };

    public static string Who(RelatedApp app)
        => app.Process is not { } process ? $"what listens on {app.Address}"
            : $"{process.Unit ?? Words.Process(process)} on {app.Address}{(process.WorkingDirectory is { Length: > 1 } directory ? $" (in {directory})" : "")}";

    /// <summary>The app's unit, directory or command has a word of the site's name, or of its upstream group's.</summary>
    private static bool BearsName(RelatedApp app, Incident incident)
    {
        if (app.Process is not { } process || incident.Location is not { } location)
        {
            return false;
        }

        var names = location.Server.Names.Append(location.Group?.Name).OfType<string>().SelectMany(Parts).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return new[] { process.Unit, process.WorkingDirectory, process.CommandLine }.OfType<string>().SelectMany(Parts).Any(names.Contains);
    }

    private static IEnumerable<string> Parts(string text)
        => Word().Matches(text).Select(match => match.Value).Where(word => word.Length >= WordMin && !Common.Contains(word) && !word.All(char.IsDigit));

    /// <summary>Requests that may have been the site's were answered while it ran already: then another program answered them.</summary>
    private static bool MayHaveRunBeside(RelatedApp app, Incident incident)
        => app.Process?.StartedAt is { } started && incident.Traffic.Perhaps.Where(TrafficReading.IsSuccess).Any(group => group.Last > started);

    [GeneratedRegex("[A-Za-z0-9]+")]
    private static partial Regex Word();
}
