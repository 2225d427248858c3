using Why502.Nginx;

namespace Why502.Diagnosis;

/// <summary>A repair as a value: planning, applying and verifying are separate readers of it.</summary>
public sealed record Fix
{
    /// <summary>One line.</summary>
    public required string Summary { get; init; }

    /// <summary>In order. A step is prose, a command, or both.</summary>
    public IReadOnlyList<FixStep> Steps { get; init; } = [];

    public IReadOnlyList<FileEdit> Edits { get; init; } = [];

    /// <summary>The repair is to load what lies on disk; any other one must not take others' changes along unasked.</summary>
    public bool LoadsPending { get; init; }

    /// <summary>A path that clients asked by GET and that is answered when the repair helped, where the one that failed first goes on failing.</summary>
    public string? ServedPath { get; init; }

    /// <summary>The request that failed asks for an upgrade to WebSocket, and so does the one that proves the repair.</summary>
    public bool IsProvenByUpgrade { get; init; }

    /// <summary>Why the request that failed is not asked again ("what failed carried large headers"): another one that is answered proves nothing. Null where it is.</summary>
    public string? Unasked { get; init; }

    /// <summary>A reload alone ends it for now: nginx reads or looks up again what it had kept.</summary>
    public bool IsMadeByReload { get; init; }

    /// <summary>How long the old state may go on after the change (ports in TIME_WAIT): only then it counts as no help.</summary>
    public TimeSpan SettlesWithin { get; init; }

    /// <summary>What prevents the next time, not needed to end the incident.</summary>
    public string? Later { get; init; }
}

/// <param name="Text">What is done and why, for a person.</param>
/// <param name="Command">Shell command; every path, unit and value in it was seen on the machine and is quoted.</param>
public sealed record FixStep(string Text, string? Command = null)
{
    /// <summary>The step as the repair transaction carries it out; null where it is a person's to do.</summary>
    public RepairAction? Action { get; init; }
}
