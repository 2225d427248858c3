namespace Why502.Lab.Verdicts;

/// <summary>What the diagnosis of a scenario has to say.</summary>
/// <param name="Cause">The one cause that comes first.</param>
public sealed record Expected(string Cause)
{
    /// <summary>What the error log says: asserted before the tool runs, and again of the line it quotes.</summary>
    public required string Symptom { get; init; }

    /// <summary>Where the symptom stands, in the contract's words: access-log for a status without an error line (then <see cref="ErrorLog"/> names that file).</summary>
    public string Source { get; init; } = "error-log";

    /// <summary>The directive the scope points at; null where there is none to point at.</summary>
    public string? Directive { get; init; }

    /// <summary>At least this sure: 0.8 where the machine shows everything.</summary>
    public double Confidence { get; init; } = 0.5;

    public string Verdict { get; init; } = "faulty";

    public string State { get; init; } = "current";

    /// <summary>Causes of other incidents, or beneath the first one, which may be as sure as they like.</summary>
    public string[] Alongside { get; init; } = [];

    /// <summary>Causes that have to be listed too, above 0.5.</summary>
    public string[] Also { get; init; } = [];

    /// <summary>Where a user without rights sees less, causes he may take it for.</summary>
    public string[] UnprivilegedMay { get; init; } = [];

    /// <summary>False where the tool is told to stay off the network or the replay is another test's matter.</summary>
    public bool Unprivileged { get; init; } = true;

    public string[] Arguments { get; init; } = [];

    /// <summary>The error log that holds the symptom, when it is not the usual one.</summary>
    public string? ErrorLog { get; init; }
}
