using Why502.Nginx;

namespace Why502.Diagnosis;

/// <summary>A host's name in the place where it is written for a request: the pass directive itself, or the <c>set</c> that gives its variable the value.</summary>
internal static class SearchedFix
{
    /// <summary>None where the name stands in a map, a group or elsewhere, for others may mean it differently there.</summary>
    public static IReadOnlyList<FileEdit> Edits(Incident incident, string name, string full)
    {
        if (incident is not { Location: { } location, Configuration: { } configuration })
        {
            return [];
        }

        var written = Written(location.Target, name, full);
        if (written is not null)
        {
            return ConfigurationEdit.Apply(configuration, new Edit.SetArguments(location.Pass, [written])).Files;
        }

        for (var block = location.Block; block is not null; block = block.Parent)
        {
            var sets = (block.Block ?? [])
                .Where(directive => directive is { Name: "set", Arguments: [var variable, _] } && location.Target.Contains(variable, StringComparison.Ordinal))
                .Select(directive => (directive, Value: Written(directive.Arguments[1], name, full)))
                .Where(set => set.Value is not null)
                .ToList();
            if (sets is [var (directive, value)])
            {
                return ConfigurationEdit.Apply(configuration, new Edit.SetArguments(directive, [directive.Arguments[0], value!])).Files;
            }
        }

        return [];
    }

    /// <summary>The same text with another host, when the host in it is this name; else null.</summary>
    private static string? Written(string text, string name, string full)
    {
        var start = text.IndexOf("://", StringComparison.Ordinal) is >= 0 and var scheme ? scheme + 3 : 0;
        var end = text.AsSpan(start).IndexOfAny(':', '/');
        var stop = end < 0 ? text.Length : start + end;
        return text[start..stop].Equals(name, StringComparison.OrdinalIgnoreCase) ? text[..start] + full + text[stop..] : null;
    }
}
