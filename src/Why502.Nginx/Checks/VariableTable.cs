using System.Text;

namespace Why502.Nginx.Checks;

/// <summary>The variables that nginx's modules define, from <c>variables.tsv</c>.</summary>
internal static class VariableTable
{
    private static readonly Lazy<Variable[][]> Tables = new(Load);

    public static IReadOnlyList<Variable> Of(VariableKind kind) => Tables.Value[(int)kind];

    private static Variable[][] Load()
    {
        using var stream = typeof(VariableTable).Assembly.GetManifestResourceStream("variables.tsv")
            ?? throw new InvalidOperationException("The assembly was built without its table of variables.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var tables = new List<Variable>[] { [], [] };
        // The first line names the columns.
        _ = reader.ReadLine();
        while (reader.ReadLine() is { } line)
        {
            var c = line.Split('\t');
            var flags = c[3].Split(',');
            tables[c[0] == "stream" ? (int)VariableKind.Stream : (int)VariableKind.Http].Add(new Variable(
                c[1], c[2], flags.Contains("changeable"), flags.Contains("prefix"), c[4].Length == 0 ? null : Version.Parse(c[4])));
        }

        return [[.. tables[0]], [.. tables[1]]];
    }
}

/// <summary>http and stream have variables of their own.</summary>
internal enum VariableKind
{
    Http,
    Stream,
}

/// <param name="Module">The module that defines it; empty when a directive of the configuration does.</param>
/// <param name="IsChangeable">A directive may define it again.</param>
/// <param name="IsPrefix">It stands for every name that begins so, such as <c>http_</c>.</param>
internal sealed record Variable(string Name, string Module, bool IsChangeable, bool IsPrefix, Version? Since);
