using Why502.Nginx.Directives;

namespace Why502.Nginx.Checks;

/// <summary>What was probably meant: the nearest known word, and where a directive belongs.</summary>
internal static class Suggestion
{
    /// <summary>"timeout" and "proxy_timeout" are told apart by what is missing at their beginning.</summary>
    private const int CandidateLengthMin = 4;

    private static readonly DirectiveContexts[] Families =
    [
        DirectiveContexts.Http | DirectiveContexts.Server | DirectiveContexts.Location | DirectiveContexts.Upstream | DirectiveContexts.IfInServer | DirectiveContexts.IfInLocation | DirectiveContexts.LimitExcept,
        DirectiveContexts.Stream | DirectiveContexts.StreamServer | DirectiveContexts.StreamUpstream,
        DirectiveContexts.Mail | DirectiveContexts.MailServer,
    ];

    private static readonly (DirectiveContexts Context, string Name)[] Names =
    [
        (DirectiveContexts.Main, "the main level, outside of any block"),
        (DirectiveContexts.Events, "events {}"),
        (DirectiveContexts.Http, "http {}"),
        (DirectiveContexts.Server, "server {}"),
        (DirectiveContexts.Location, "location {}"),
        (DirectiveContexts.Upstream, "upstream {}"),
        (DirectiveContexts.IfInServer, "if {} in server {}"),
        (DirectiveContexts.IfInLocation, "if {} in location {}"),
        (DirectiveContexts.LimitExcept, "limit_except {}"),
        (DirectiveContexts.Stream, "stream {}"),
        (DirectiveContexts.StreamServer, "server {} of stream {}"),
        (DirectiveContexts.StreamUpstream, "upstream {} of stream {}"),
        (DirectiveContexts.Mail, "mail {}"),
        (DirectiveContexts.MailServer, "server {} of mail {}"),
    ];

    public static string? ForName(string name, DirectiveContexts context, CommandTable commands)
    {
        var here = Nearest(name, DirectiveTable.Names.Where(known => commands.Find(known).In(context) is not null));
        if (here is not null)
        {
            return $"did you mean \"{here}\"?";
        }

        var elsewhere = Nearest(name, DirectiveTable.Names.Where(known => commands.Find(known).Available.Count > 0));
        return elsewhere is null ? null : $"did you mean \"{elsewhere}\"? {ForContext(commands.Find(elsewhere).Available, context)}".TrimEnd();
    }

    public static string? ForValue(string value, IReadOnlyList<string> values)
    {
        if (Nearest(value, values) is { } near)
        {
            return $"did you mean \"{near}\"?";
        }

        return values.Count is > 0 and <= 8 ? $"one of: {string.Join(", ", values)}" : null;
    }

    public static string? ForVariable(string name, Variables variables) => Nearest(name, variables.Names) is { } near ? $"did you mean \"${near}\"?" : null;

    /// <summary>Where the directive may stand, for one that may not stand here.</summary>
    public static string? ForContext(IReadOnlyList<Command> commands, DirectiveContexts context)
    {
        var contexts = commands.Aggregate(DirectiveContexts.None, (all, command) => all | command.Form.Contexts);
        // Told apart, http, mail and stream would only confuse where one of them is at hand.
        foreach (var family in Families)
        {
            if ((context & family) != 0 && (contexts & family) != 0)
            {
                contexts &= family;
            }
        }

        var names = Names.Where(pair => (contexts & pair.Context) != 0).Select(pair => pair.Name).ToList();
        return names.Count is 0 or > 6 ? null : $"it belongs into {(names.Count == 1 ? names[0] : string.Join(", ", names[..^1]) + " or " + names[^1])}";
    }

    private static string? Nearest(string word, IEnumerable<string> candidates)
    {
        if (word.Length is < 2 or > 64)
        {
            return null;
        }

        string? best = null;
        var bestDistance = 1 + Math.Min(3, word.Length / 3);
        var lower = word.ToLowerInvariant();
        foreach (var candidate in candidates)
        {
            var distance = candidate == lower ? 0 : Distance(lower, candidate, bestDistance);
            if (distance < bestDistance)
            {
                (best, bestDistance) = (candidate, distance);
            }
        }

        return best;
    }

    /// <summary>Words that differ in underscores, or in a module's prefix, are nearer than their letters say; else the number of mistyped letters, a swap being one.</summary>
    private static int Distance(string word, string candidate, int limit)
    {
        if (word.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal) == candidate.Replace("_", "", StringComparison.Ordinal))
        {
            return 0;
        }

        if (word.Length >= CandidateLengthMin && (candidate.EndsWith("_" + word, StringComparison.Ordinal) || word.EndsWith("_" + candidate, StringComparison.Ordinal)))
        {
            return 2;
        }

        return Math.Abs(word.Length - candidate.Length) >= limit ? limit : Edits(word, candidate);
    }

    /// <summary>Damerau-Levenshtein with adjacent swaps (optimal string alignment).</summary>
    private static int Edits(string a, string b)
    {
        var (older, old, row) = (new int[b.Length + 1], new int[b.Length + 1], new int[b.Length + 1]);
        for (var j = 0; j <= b.Length; j++)
        {
            old[j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                row[j] = Math.Min(Math.Min(row[j - 1], old[j]) + 1, old[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    row[j] = Math.Min(row[j], older[j - 2] + 1);
                }
            }

            (older, old, row) = (old, row, older);
        }

        return old[b.Length];
    }
}
