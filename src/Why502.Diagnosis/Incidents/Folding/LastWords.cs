using Why502.Logs;

namespace Why502.Diagnosis;

/// <summary>
/// What a FastCGI app wrote to its standard error for the requests that it then closed without an answer: an exception that nobody caught ends up there. PHP is
/// left out, whose errors end a page and not its process.
/// </summary>
public static class LastWords
{
    public const string MessageId = "fastcgi-sent-in-stderr";

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <summary>Null where nothing was said, and where the app says such things on other routes as well.</summary>
    /// <param name="said">The groups of that message.</param>
    /// <param name="closed">Routes of requests that an app closed or reset.</param>
    public static LogLine? Of(Incident incident, IReadOnlyList<ErrorGroup> said, IReadOnlySet<string?> closed)
    {
        if (incident is not { Kind: SymptomKind.ClosedEarly or SymptomKind.Reset, Phase: Phase.Header, First: { } first, Last: { } last })
        {
            return null;
        }

        var words = said.Where(group => !group.Message.Contains("PHP message: ", StringComparison.Ordinal) && !group.Message.Contains("PHP Fatal", StringComparison.Ordinal)).ToList();
        return words.Count > 0 && words.All(group => group.Route is { } route && closed.Contains(route))
            && words[^1] is { Samples: [.., var line], Message: var message } && line.Time is { } at && at >= first.DateTime - Second && at <= last.DateTime + Second
            ? new LogLine(line.File, line.Line, line.Time, message)
            : null;
    }
}
