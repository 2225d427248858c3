using Why502.Diagnosis;

namespace Why502.Cli.Verify;

/// <summary>One way that was tried: through nginx, or straight to a peer.</summary>
/// <param name="Way">"through nginx", or the peer's address.</param>
/// <param name="Answer">What came back, or why nothing could be tried.</param>
/// <param name="BufferBytes">The room nginx has for the response header; null where no nginx reads it.</param>
internal sealed record VerifyRow(string Way, Answer Answer, long? BufferBytes)
{
    public bool Straight { get; init; }

    /// <summary>True when it works as a client would want, false when it does not, null when it was not seen.</summary>
    public bool? Works => Answer.Fact switch
    {
        ResponseFact { Outcome: ProbeOutcome.Ok, Status: { } status } => status < 500,
        ResponseFact => false,
        ConnectFact connect => connect.Outcome == ProbeOutcome.Ok,
        _ => null,
    };
}

/// <summary>Both ways to one place of the configuration, or of a URL.</summary>
internal sealed record VerifyCase(string What, string? At, IReadOnlyList<VerifyRow> Rows);
