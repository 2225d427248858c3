namespace Why502.Logs;

/// <summary>Whether nginx appends <c> (N: text)</c> to a message.</summary>
public enum ErrnoUse
{
    No,
    Maybe,
    Yes,
}

/// <summary>One message that nginx's sources can log, with what it means for the request.</summary>
/// <param name="Id">Stable id: words of the format.</param>
/// <param name="Protocol">The part of nginx: core, http, stream, proxy, fastcgi, …</param>
/// <param name="Levels">The levels it is written at; empty when the caller chooses.</param>
/// <param name="Format">nginx's format string.</param>
/// <param name="Errno">Whether an errno follows.</param>
/// <param name="Phases">What nginx may be doing then, when that is fixed.</param>
/// <param name="Status">What the client gets, in words that begin with the status if there is one.</param>
/// <param name="Candidates">Ids of the causes that this message can be a symptom of; "other" where it ends a request and is a symptom of none of them.</param>
/// <param name="Functions">The functions that write it.</param>
/// <param name="SourceFile">The file in nginx's sources.</param>
public sealed record ErrorMessage(
    string Id,
    string Protocol,
    IReadOnlyList<LogLevel> Levels,
    string Format,
    ErrnoUse Errno,
    IReadOnlyList<string> Phases,
    string Status,
    IReadOnlyList<string> Candidates,
    IReadOnlyList<string> Functions,
    string SourceFile)
{
    /// <summary>True when the message is about speaking to an upstream.</summary>
    public bool IsGatewayPath { get; init; }

    /// <summary>The text holds a number that stands where an errno or a status stands.</summary>
    internal bool PrintsCode { get; } = Format.Contains('%') && (Format.Contains("resolved (", StringComparison.Ordinal) || Format.Contains(" error", StringComparison.Ordinal)
        || Format.Contains("exited ", StringComparison.Ordinal) || Format.Contains("not successful (", StringComparison.Ordinal));

    /// <summary>Place in the table.</summary>
    internal int Ordinal { get; init; }
}
