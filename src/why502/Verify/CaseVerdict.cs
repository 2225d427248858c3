using Why502.Diagnosis.Readings;

namespace Why502.Cli.Verify;

/// <summary>What follows from the rows of a case.</summary>
internal static class CaseVerdict
{
    /// <summary>What clients get, and whether each server that nginx may choose does its part.</summary>
    public static ProofVerdict Of(VerifyCase tried) => OfClients(tried) is ProofVerdict.Works && BadNodes(tried).Count > 0 ? ProofVerdict.Fails : OfClients(tried);

    /// <summary>Through nginx where that was tried; else the servers themselves, of which an accepted connection alone proves nothing.</summary>
    public static ProofVerdict OfClients(VerifyCase tried)
    {
        if (tried.Through is { IsSeen: true } through)
        {
            return through.Fails || IsSubstitute(tried) ? ProofVerdict.Fails : through.Count(AttemptEnd.Open) > 0 ? ProofVerdict.Unproven : ProofVerdict.Works;
        }

        return tried.Nodes.Any(node => node is { Fails: true, Backup: false }) ? ProofVerdict.Fails : ProofVerdict.Unproven;
    }

    /// <summary>Clients are answered, and not by the upstream: every server fails, and nginx logs it. An error page or the cache stands in.</summary>
    private static bool IsSubstitute(VerifyCase tried)
    {
        var asked = tried.Nodes.Where(node => node is { Down: false, IsSeen: true }).ToList();
        return tried.LoggedFailures > 0 && asked.Count > 0 && asked.All(node => node.Fails && node.Count(AttemptEnd.Ok) == 0);
    }

    /// <summary>Only connections were made because no path is known that may be asked, and all were accepted: nothing speaks against it.</summary>
    public static bool IsOnlyConnected(VerifyCase tried)
        => tried.Path is null && OfClients(tried) == ProofVerdict.Unproven && tried.Nodes.Any(node => node.Works) && tried.Nodes.All(node => !node.Fails);

    /// <summary>
    /// Servers that fail where a sibling does not, or that fail some of the time: nginx passes over them, and every client pays for it. Where all fail alike while
    /// clients are served, the direct question differs from nginx's and nobody is accused.
    /// </summary>
    public static IReadOnlyList<VerifyRow> BadNodes(VerifyCase tried)
    {
        var asked = tried.Nodes.Where(node => node is { Down: false, IsSeen: true }).ToList();
        return [.. asked.Where(node => node.Fails && (node.Count(AttemptEnd.Ok) > 0 || asked.Any(other => other != node && other.Works)))];
    }

    public static ProofVerdict Together(IEnumerable<ProofVerdict> verdicts)
    {
        var all = verdicts.ToList();
        return all.Contains(ProofVerdict.Fails) ? ProofVerdict.Fails
            : all.Count == 0 || all.Contains(ProofVerdict.Unproven) ? ProofVerdict.Unproven
            : ProofVerdict.Works;
    }

    /// <summary>As <see cref="Together"/>, where places that nobody used in the window do not count as long as another was proven.</summary>
    public static ProofVerdict OfAll(IReadOnlyList<VerifyCase> cases)
    {
        var used = cases.Where(tried => !IsOnlyConnected(tried)).ToList();
        return Together((used.Count > 0 ? used : cases).Select(Of));
    }

    public static string Sentence(Proof proof)
    {
        var cases = proof.Cases;
        if (cases.Count == 0)
        {
            return "Nothing to verify: no nginx configuration with a proxied location was found. Name it with --config FILE, or give a URL.";
        }

        if (cases.Count == 1)
        {
            return Sentence(cases[0]);
        }

        var broken = cases.Count(tried => Of(tried) == ProofVerdict.Fails);
        var works = cases.Count(tried => Of(tried) == ProofVerdict.Works);
        var connected = cases.Count(IsOnlyConnected);
        var open = cases.Count - broken - works - connected;
        var rest = (connected > 0 ? $" {connected} accept connections; no path of them is known to be asked by GET, so none was." : "")
            + (open > 0 ? $" {open} could not be proven." : "");
        return broken > 0 ? $"{broken} of {cases.Count} proxied locations {(broken == 1 ? "does" : "do")} not work. Why: why502"
            : works == cases.Count ? $"Works: all {cases.Count} proxied locations."
            : works == 0 && connected == cases.Count ? $"All {cases.Count} proxied locations accept connections; no path of them is known to be asked by GET, so none was. Give a URL."
            : $"{(open > 0 ? "Not proven" : "Works")}: {works} of {cases.Count} proxied locations work.{rest}";
    }

    public static string Sentence(VerifyCase tried)
    {
        if (tried.Through is { IsSeen: true } through)
        {
            return OfClients(tried) switch
            {
                ProofVerdict.Works => $"{(BadNodes(tried).Count > 0 ? "Works only in part" : IsRefusal(through) ? "No gateway fault" : "Works")}: {Share(through)} {through.Way}{Straight(tried)}.{(BadNodes(tried).Count > 0 ? " Why: why502" : "")}",
                ProofVerdict.Fails when !through.Fails => $"Does not work: {Share(through)} {through.Way} is an error page or comes from the cache{Straight(tried)}. Why: why502",
                ProofVerdict.Fails => $"{(through.Count(AttemptEnd.Ok) > 0 ? "Works only sometimes" : "Does not work")}: {Share(through)} {through.Way}{Straight(tried)}. Why: why502",
                _ => $"Not proven: {OpenText(through)}",
            };
        }

        var failing = tried.Nodes.FirstOrDefault(node => node.Fails);
        return failing is not null ? $"The upstream does not work: {failing.Way} {Phrase(failing)}. Why: why502"
            : tried.Through is { OutOfTime: true } ? "Not proven: no time was left to ask; give a longer --timeout."
            : tried.Through is { Restraint: { } restraint } ? $"Not proven: {restraint}."
            : tried.Through is { Attempts: [{ Answer.Unobserved: { } unseen }, ..] } ? $"Not proven: {unseen}."
            : tried.Nodes.Any(node => node.Works) ? "Not proven: the upstream accepts connections; no path of this location is known to be asked by GET, so none was. Give a URL."
            : $"Not proven: {tried.Notes.Concat(tried.Nodes.Select(node => node.Restraint ?? "").Where(text => text.Length > 0)).FirstOrDefault() ?? "nothing could be asked"}.";
    }

    /// <summary>The app, or nginx for it, says no: a client's matter and not the gateway's.</summary>
    private static bool IsRefusal(VerifyRow through) => through.Attempts.All(attempt => attempt.Response?.Status >= 400);

    /// <summary>What came how often: "200, 5 of 5", or "502 (2 of 5), 200 (3 of 5)".</summary>
    public static string Share(VerifyRow row)
    {
        var statuses = row.Statuses;
        var total = row.Attempts.Count;
        return statuses.Count == 1 ? $"{statuses[0].What}{(total > 1 || row.Wanted > 1 ? $", {total} of {total}" : "")}" : string.Join(", ", statuses.Select(status => $"{status.What} ({status.Count} of {total})"));
    }

    /// <summary>Why what is open is not proven, and what would prove it.</summary>
    public static string OpenText(VerifyRow row)
    {
        var open = row.Attempts.First(attempt => attempt.End == AttemptEnd.Open);
        var limit = row.Limit!;
        var servers = limit.Servers > 1 ? $" for each of {limit.Servers} servers" : "";
        var proves = row.ProvenBy is { } time ? $"; --timeout {OutcomeWords.Number((long)time.TotalSeconds)}s proves it" : "";
        return $"no answer in {Rounded(open.Patience)}, and {limit.Directive} is {Words.Seconds(limit.Value)}{servers}{proves}";
    }

    private static string Straight(VerifyCase tried)
    {
        var seen = tried.Nodes.Where(node => node is { Down: false, IsSeen: true }).ToList();
        var bad = seen.Where(node => node.Fails).ToList();
        if (seen.Count == 0)
        {
            return "";
        }

        if (bad.Count > 0)
        {
            var others = bad.Count > 2 ? $" and {bad.Count - 2} more" : "";
            return $", while straight to {string.Join(" and ", bad.Take(2).Select(node => $"{node.Way} it {Phrase(node)}"))}{others}{(seen.Count > 1 ? $" ({seen.Count - bad.Count} of {seen.Count} servers answer)" : "")}";
        }

        var open = seen.FirstOrDefault(node => node.Count(AttemptEnd.Open) > 0);
        return open is not null ? $", while straight to {open.Way} nothing came in {Rounded(open.Attempts[0].Patience)}"
            : seen.Count == 1 ? $", and straight to the upstream {(seen[0].IsRequest ? seen[0].Statuses[0].What : $"it {Phrase(seen[0])}")}"
            : $", and {seen.Count} of {seen.Count} servers answer";
    }

    private static string Rounded(TimeSpan time) => Words.Seconds(Math.Round(time.TotalSeconds, 1));

    private static string Phrase(VerifyRow row)
        => OutcomeWords.Phrase(row.Attempts.First(attempt => attempt.End == AttemptEnd.Failed || !row.Fails).What)
            + (row.Count(AttemptEnd.Ok) > 0 && row.Fails ? $" {row.Count(AttemptEnd.Failed)} of {row.Attempts.Count} times" : "");
}
