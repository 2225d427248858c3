using System.Text;

namespace Why502.Nginx.Directives;

/// <summary>Every directive that is known here, from <c>directives.tsv</c>: facts of nginx's command tables, of its forks' and of common third-party modules'.</summary>
public static class DirectiveTable
{
    private static readonly Lazy<Dictionary<string, DirectiveForm[]>> Forms = new(Load);

    public static IReadOnlyCollection<string> Names => Forms.Value.Keys;

    /// <summary>All forms of a name, whatever the context; empty when nobody knows it.</summary>
    public static IReadOnlyList<DirectiveForm> Find(string name) => Forms.Value.TryGetValue(name, out var forms) ? forms : [];

    private static Dictionary<string, DirectiveForm[]> Load()
    {
        using var stream = typeof(DirectiveTable).Assembly.GetManifestResourceStream("directives.tsv")
            ?? throw new InvalidOperationException("The assembly was built without its table of directives.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var all = new Dictionary<string, DirectiveForm[]>(1600, StringComparer.Ordinal);
        // The first line names the columns.
        _ = reader.ReadLine();
        while (reader.ReadLine() is { } line)
        {
            var form = DirectiveTableLine.Parse(line);
            all[form.Name] = all.TryGetValue(form.Name, out var known) ? [.. known, form] : [form];
        }

        return all;
    }
}
