using Why502.Logs;

namespace Why502.Cli.Verify;

internal enum ProofVerdict
{
    Works,
    Fails,

    /// <summary>Nothing failed, and too little was seen: time ran out before nginx's own time-outs, or nothing could be asked.</summary>
    Unproven,
}

/// <summary>What was asked and what came of it.</summary>
/// <param name="Cases">One for each target, in order.</param>
/// <param name="Meanwhile">What nginx's error logs got while it was asked.</param>
internal sealed record Proof(IReadOnlyList<VerifyCase> Cases, LoggedMeanwhile Meanwhile)
{
    public TimeSpan Took { get; init; }

    /// <summary>Ctrl-C, or the caller's token: what is here is what was seen until then.</summary>
    public bool Interrupted { get; init; }

    /// <summary>Everything together: what clients get, and each server by itself.</summary>
    public ProofVerdict Verdict => CaseVerdict.OfAll(Cases);

    /// <summary>Only what comes through nginx: a dead server that nginx passes over does not count. A repair that helped is one for which this is Works.</summary>
    public ProofVerdict Clients => CaseVerdict.Together(Cases.Select(CaseVerdict.OfClients));

    /// <summary>Requests through nginx that were made.</summary>
    public int Attempts => Cases.Sum(tried => tried.Through?.Attempts.Count ?? 0);

    /// <summary>The sentence that follows from it.</summary>
    public string Why => CaseVerdict.Sentence(this);

    /// <summary>One line for each case, such as <c>GET /login  200   5 of 5, direct 200</c>.</summary>
    public IReadOnlyList<string> Lines => [.. Cases.Select(CaseLine.Of)];

    /// <summary>How long the proof would need if everything hung until nginx's own time-outs; what a caller says before it begins, and gives as patience to have it proven.</summary>
    public TimeSpan Needs => Cases.Aggregate(TimeSpan.Zero, (sum, tried) => sum + tried.Needs);
}

/// <summary>Lines of the error logs that came while it was asked.</summary>
/// <param name="Lines">Those of the requests made, and of nginx itself.</param>
/// <param name="Others">How many lines of other requests came.</param>
/// <param name="Files">The logs that were watched.</param>
/// <param name="Unseen">Those that could not be, with the reason.</param>
internal sealed record LoggedMeanwhile(IReadOnlyList<LoggedLine> Lines, int Others, IReadOnlyList<string> Files, IReadOnlyList<string> Unseen)
{
    public static readonly LoggedMeanwhile Nothing = new([], 0, [], []);
}

/// <param name="Line">Sanitised and redacted.</param>
/// <param name="Count">Equal lines, this one included.</param>
/// <param name="Causes">Those that can have written it, by the table of messages.</param>
internal sealed record LoggedLine(LogLine Line, int Count, string? MessageId, IReadOnlyList<string> Causes)
{
    /// <summary>The peer that the line names, where the line can be trusted about it.</summary>
    public string? Upstream { get; init; }
}
