using Why502.Diagnosis;
using Why502.Logs.Commands;

namespace Why502.Cli.Given.Answers;

/// <summary>What a name resolves to, from <c>nslookup</c>, <c>dig</c>, <c>host</c>, <c>getent</c> and <c>ping</c>.</summary>
internal sealed class NamesAnswer : IGivenAnswer
{
    public GivenFact? Answer(Question question, GivenRecords records)
    {
        if (question is not Resolve ask)
        {
            return null;
        }

        var about = records.Of<NameLookUp>().Where(row => IsAbout(row.Name, ask.Name) && IsBy(row.Server, ask.Server)).ToList();
        if (about.Count == 0)
        {
            return null;
        }

        var addresses = about.SelectMany(row => row.Addresses).Distinct().ToList();
        return new(new ResolveFact(addresses.Count > 0 ? "ok" : about[^1].Code, addresses, null, 0) { Answers = about.Count }, about[^1]);
    }

    /// <summary>The system completes a short name with a domain of its own, and the tools print the whole.</summary>
    private static bool IsAbout(string shown, string asked)
        => shown.Equals(asked, StringComparison.OrdinalIgnoreCase) || (!asked.Contains('.') && shown.StartsWith(asked + ".", StringComparison.OrdinalIgnoreCase));

    /// <summary>nginx's resolver and the one that was asked may know different things; an output that names no server is taken for either.</summary>
    private static bool IsBy(string? shown, string asked) => asked.Length == 0 || shown is null || asked.StartsWith(shown + ":", StringComparison.Ordinal) || asked == shown;
}
