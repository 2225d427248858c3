namespace Why502.Logs;

/// <summary>How well a message fits what stands around its text: the tie-breaker between modules that print the same words.</summary>
internal static class MessageAffinity
{
    public static int Of(ErrorMessage message, in MessageContext context)
    {
        int score = 0;
        if (context.Level is { } level && message.Levels.Count > 0)
        {
            score += message.Levels.Contains(level) ? 4 : -4;
        }

        if (context.HasErrno is { } errno)
        {
            score += (message.Errno, errno) switch { (ErrnoUse.Yes, true) or (ErrnoUse.No, false) => 3, (ErrnoUse.Maybe, _) => 1, _ => -3 };
        }

        bool configuration = message.Phases.Count > 0 && message.Phases[0].StartsWith('(');
        score += configuration == context.IsConfiguration ? 2 : -2;
        if (context.Phase is { } phase)
        {
            score += message.Phases.Contains(phase) ? 6 : message.Phases.Count == 0 ? -2 : 0;
        }
        else if (message.Phases.Count > 0 && !message.Phases.Contains("-"))
        {
            score -= 3;
        }

        // open() of a cache file and open() of a page print the same words; what ran out matters to both.
        score += context.IsExhaustion && message.Candidates.Count > 0 ? 1 : 0;
        if (context.IsHttp)
        {
            // A request's own upstream work, before what modules do beside it (OCSP, zones that resolve in the background).
            score += message.SourceFile.StartsWith("src/http/ngx_http_upstream.c", StringComparison.Ordinal) ? 2 : message.SourceFile.StartsWith("src/http/", StringComparison.Ordinal) ? 1 : 0;
        }

        // Of a message without head and context all that is known is that somebody thought it worth telling: it is the one that a request failed by.
        score += context is { Level: null, Phase: null, IsHttp: false, IsConfiguration: false } && message.IsGatewayPath ? 2 : 0;
        score += (message.Protocol == "stream") == context.IsStream ? 1 : -1;
        if (context.UpstreamScheme is { } scheme)
        {
            score += message.Protocol == ProtocolOf(scheme) ? 2 : 0;
        }

        return score;
    }

    public static string ProtocolOf(string scheme) => scheme switch
    {
        "https" or "http" => "http",
        "grpcs" or "grpc" => "grpc",
        "suwsgi" or "uwsgi" => "uwsgi",
        _ => scheme,
    };
}
