using System.Globalization;
using Why502.Diagnosis;

namespace Why502.Cli.Verify;

/// <summary>How an exchange ended, in one word for a table and in a phrase for a sentence.</summary>
internal static class OutcomeWords
{
    public static string Short(ProbeOutcome outcome) => outcome switch
    {
        ProbeOutcome.Ok => "no status",
        ProbeOutcome.Refused => "refused",
        ProbeOutcome.TimedOut => "time-out",
        ProbeOutcome.Unreachable => "unreachable",
        ProbeOutcome.NotFound => "no socket",
        ProbeOutcome.PermissionDenied => "denied",
        ProbeOutcome.QueueFull => "queue full",
        ProbeOutcome.Reset => "reset",
        ProbeOutcome.Closed => "closed",
        ProbeOutcome.TlsFailed => "TLS failed",
        ProbeOutcome.Invalid => "invalid",
        _ => "failed",
    };

    /// <summary>
    /// What memcached and gRPC say where HTTP would say 5xx: the server's own error (protocol.txt; gRPC's "Status codes and their use"), and the health service's no.
    /// Every other word is an answer, UNIMPLEMENTED too: the server has no health service.
    /// </summary>
    public static bool IsFailure(string said) => said is "SERVER_ERROR" or "UNKNOWN" or "DEADLINE_EXCEEDED" or "INTERNAL" or "UNAVAILABLE" or "DATA_LOSS" or "NOT_SERVING";

    /// <summary>Behind "it".</summary>
    public static string Phrase(string word) => word switch
    {
        "refused" => "is refused",
        "time-out" => "does not answer in time",
        "unreachable" => "cannot be reached",
        "no socket" => "is not there",
        "denied" => "may not be opened by this user",
        "queue full" => "has a full queue",
        "reset" => "resets the connection",
        "closed" => "closes the connection",
        "TLS failed" => "fails the TLS handshake",
        "invalid" => "answers something that is no HTTP",
        "accepted" => "accepts connections",
        "TLS" => "completes the TLS handshake",
        "HTTP/2" => "speaks HTTP/2",
        "failed" => "fails",
        "not seen" => "was not seen",
        _ => $"answers {word}",
    };

    public static string Times(int count) => count switch
    {
        1 => "once",
        2 => "twice",
        _ => $"{Number(count)} times",
    };

    public static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    public static string Bytes(long bytes) => bytes.ToString("#,0", CultureInfo.InvariantCulture);
}
