using Why502.Diagnosis;

namespace Why502.Cli.Verify;

/// <summary>One thing to prove: a URL, a request that clients made, or a proxied location.</summary>
internal sealed record ProofTarget
{
    /// <summary>A URL that the user gave: it may carry a query, and its upstream may be asked beyond the machine's own networks.</summary>
    public Uri? Url { get; init; }

    /// <summary>The Host that clients asked; with <see cref="Path"/>.</summary>
    public string? Host { get; init; }

    /// <summary>A path without query that clients asked by GET. It will be asked again, so nobody passes one here that only other methods used.</summary>
    public string? Path { get; init; }

    /// <summary>The request asks for an upgrade to WebSocket.</summary>
    public bool Upgrades { get; init; }

    /// <summary>Where nothing else is known: the first server_name and the location as written. A path that clients got an answer for by GET is then looked up in the access log.</summary>
    public string? ServerName { get; init; }

    /// <inheritdoc cref="ServerName"/>
    public string? LocationText { get; init; }

    public static ProofTarget Of(Uri url) => new() { Url = url };

    /// <summary>What an incident's clients asked. Lines of the configuration do not matter, so it holds before and after an edit.</summary>
    /// <param name="incident">What failed.</param>
    /// <param name="fix">Says where another path than the failing one shows that it helped.</param>
    public static ProofTarget Of(Incident incident, Fix? fix = null)
    {
        var asked = fix?.ServedPath ?? incident.ReproducedPath ?? (incident.Routes.Count == 0 ? Failing(incident) : incident.Routes.FirstOrDefault(route => IsPath(route) && IsAskedByGet(incident, route)));
        return new()
        {
            Upgrades = fix is { IsProvenByUpgrade: true },
            Host = incident.Host ?? incident.Server,
            Path = asked,
            ServerName = incident.Location?.Server.FirstName ?? incident.Server,
            LocationText = incident.Location?.Location?.ToString(),
        };
    }

    /// <summary>Lines about a file that was not found name no method; then the access log tells.</summary>
    private static bool IsAskedByGet(Incident incident, string route)
        => incident.Methods.Contains("GET") || (incident.Methods.Count == 0 && incident.Traffic.Groups.Any(group => group.Method == "GET" && group.Path == route));

    /// <summary>Lines about nginx as a whole name no request: what failed most in the same window by GET.</summary>
    private static string? Failing(Incident incident)
        => incident.Traffic.Groups.Where(group => group is { Method: "GET", Status: >= 500, Path: { } path } && IsPath(path)).MaxBy(group => group.Count)?.Path;

    /// <summary>Folded identifiers are no path.</summary>
    private static bool IsPath(string route) => route.StartsWith('/') && !route.AsSpan().ContainsAny("{*?");
}

/// <summary>What is to be proven, and how much may be spent on it.</summary>
internal sealed record ProofRequest
{
    /// <summary>Main configuration file of the nginx that is meant; null is every running one.</summary>
    public string? ConfigPath { get; init; }

    /// <summary>Empty: every proxied location, on a path that its access log shows as answered.</summary>
    public IReadOnlyList<ProofTarget> Targets { get; init; } = [];

    /// <summary>Requests through nginx and straight to each server. Null: <see cref="AttemptsDefault"/>, and one where the user named nothing.</summary>
    public int? Attempts { get; init; }

    /// <summary>The proof ends within this time, whatever hangs; null: as long as the time-outs in force need, at most <see cref="PatienceMax"/>.</summary>
    public TimeSpan? Patience { get; init; }

    /// <summary>How far back the access log is read for a path that may be asked.</summary>
    public TimeSpan Since { get; init; } = DiagnosisOptions.DefaultWindow;

    public const int AttemptsDefault = 5;

    /// <summary>One case with nginx's default time-outs of 60 s, and the direct question after it.</summary>
    public static readonly TimeSpan PatienceMax = TimeSpan.FromSeconds(75);
}
