using Why502.Nginx;

namespace Why502.Diagnosis;

/// <summary>A cause with its confidence, scope, evidence and repair.</summary>
public sealed record Finding
{
    public required Incident Incident { get; init; }

    public required Cause Cause { get; init; }

    /// <summary>0 to 1; the confidences of one incident sum to at most 1.</summary>
    public required double Confidence { get; init; }

    /// <summary>Prior and weights in log-odds, of which the confidence is made (see <see cref="Diagnosis.Confidence"/>).</summary>
    public double Score { get; init; }

    /// <summary>One sentence for this machine: "nothing listens on 127.0.0.1:3000".</summary>
    public required string Title { get; init; }

    /// <summary>The line of the configuration at fault; null where it is the incident's own pass directive, or none.</summary>
    public SourceLine? Place { get; init; }

    public required IReadOnlyList<Evidence> Evidence { get; init; }

    public required IReadOnlyList<RuledOut> RuledOut { get; init; }

    public Fix? Fix { get; init; }
}

/// <summary>A look-alike, and the fact that speaks against it.</summary>
public sealed record RuledOut(string Cause, string Because);
