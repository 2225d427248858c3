using System.Text;

namespace Why502.Lab.Configuration;

/// <summary>A directive of a generated configuration, its words as they are written (quotes included).</summary>
internal sealed class ConfigurationItem
{
    /// <summary>The name and the arguments.</summary>
    public List<string> Words { get; init; } = [];

    /// <summary>What stands between the braces; null for a directive that ends in a semicolon.</summary>
    public List<ConfigurationItem>? Block { get; init; }

    /// <summary>The block's kind, which says what vocabulary belongs into it: http, server, location, upstream …</summary>
    public string Kind { get; init; } = "";

    /// <summary>Written in place of everything else: text that is no directive.</summary>
    public string? Text { get; init; }

    public string Name => Words.Count == 0 ? "" : Words[0];

    public void Print(StringBuilder into, int depth)
    {
        var indent = new string(' ', depth * 4);
        if (Text is not null)
        {
            into.Append(indent).Append(Text).Append('\n');
            return;
        }

        into.Append(indent).AppendJoin(' ', Words);
        if (Block is null)
        {
            into.Append(";\n");
            return;
        }

        into.Append(" {\n");
        foreach (var item in Block)
        {
            item.Print(into, depth + 1);
        }

        into.Append(indent).Append("}\n");
    }

    public ConfigurationItem Copy() => new() { Words = [.. Words], Block = Block?.Select(item => item.Copy()).ToList(), Kind = Kind, Text = Text };
}
