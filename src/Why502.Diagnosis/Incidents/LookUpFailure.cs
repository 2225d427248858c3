using Why502.Logs;

namespace Why502.Diagnosis;

/// <summary>
/// A name that could not be looked up: for a request, by nginx's own resolver, or while the configuration was loaded, by the system. The look-up of an OCSP
/// responder stops no request and is none of these.
/// </summary>
public static class LookUpFailure
{
    /// <summary>RCODE 3 of RFC 1035, 4.1.1; nginx gives it to a name without addresses too (ngx_resolver_process_a).</summary>
    private const int DnsNameError = 3;

    /// <summary>The symptom of a group that is about a look-up; null when it is about something else.</summary>
    public static Symptom? Of(ErrorGroup group)
    {
        // errno(3): ENOMEM, ENFILE, EMFILE: what nginx itself lacks is no matter of names.
        if (group.Errno is 12 or 23 or 24 || group.Known is not { } known || group.Level is > LogLevel.Error and not LogLevel.Stderr || !(group.Phase == "resolving" || (group.Phase is null && OnlyLookUps(known))))
        {
            return null;
        }

        var kind = known.Phases.Contains("(config load)") || group.ConfigFile is not null || known.Levels is [LogLevel.Emerg] ? SymptomKind.NotLoaded : SymptomKind.OtherMessage;
        var side = kind == SymptomKind.NotLoaded || known.Candidates is ["dns-resolver-missing"] ? Side.Nginx : Side.Upstream;
        return new(group, kind, Phase.Resolve, side, HowOf(group)) { Candidates = Candidates(group) };
    }

    /// <summary>
    /// The resolver itself fails: its socket, its answer's form, or an answer other than "no such name". Such lines are one fault, whatever name was asked for.
    /// </summary>
    public static bool IsResolvers(Symptom symptom)
        => symptom is { Phase: Phase.Resolve, Kind: SymptomKind.OtherMessage, Group: var group }
            && (group.Phase == "resolving" ? group.Code != DnsNameError : group.Code is not (null or DnsNameError));

    private static bool OnlyLookUps(ErrorMessage known)
        => known.Candidates.Any(IsLookUpCause) && known.Candidates.All(candidate => IsLookUpCause(candidate) || candidate == "config-invalid");

    private static How HowOf(ErrorGroup group)
        => group.Code == 110 || group.Errno == 110 ? How.Timeout
            : group.Errno is 111 or 61 ? How.Refused
            : How.Invalid;

    /// <summary>The same send() or recv() serves upstreams and resolvers: while resolving, only the causes of a look-up are meant.</summary>
    private static IReadOnlyList<string> Candidates(ErrorGroup group)
        => group.Candidates.Any(IsLookUpCause) ? [.. group.Candidates.Where(candidate => IsLookUpCause(candidate) || candidate == "config-invalid")] : ["dns-resolver-unreachable"];

    private static bool IsLookUpCause(string candidate) => candidate.StartsWith("dns-", StringComparison.Ordinal);
}
