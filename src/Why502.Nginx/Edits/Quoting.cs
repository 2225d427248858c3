using System.Text;
using Why502.Nginx.Syntax;

namespace Why502.Nginx.Edits;

/// <summary>A value as text that ngx_conf_read_token reads back as exactly this value.</summary>
internal static class Quoting
{
    /// <summary>The value bare if nginx reads it so, else in double quotes.</summary>
    public static string Of(string value) => ReadsBackBare(value) ? value : InQuotes(value, '"');

    /// <summary>In quotes, where a backslash is doubled only where nginx would take it for the start of an escape.</summary>
    public static string InQuotes(string value, char quote)
    {
        var text = new StringBuilder(value.Length + 2).Append(quote);
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            if (c == quote || (c == '\\' && (i + 1 == value.Length || value[i + 1] is '"' or '\'' or '\\' or 't' or 'r' or 'n')))
            {
                text.Append('\\');
            }

            text.Append(c);
        }

        return text.Append(quote).ToString();
    }

    /// <summary>The parser itself is asked: it knows where a bare word ends and which backslashes it resolves.</summary>
    private static bool ReadsBackBare(string value)
    {
        // Blank, quotes, and the characters that end a directive make no bare word at its start, whatever follows.
        if (value.Length == 0 || value[0] is '"' or '\'' or '#' or '}' or '{' or ';' || value.AsSpan().ContainsAny(" \t\r\n"))
        {
            return false;
        }

        var bytes = Encoding.UTF8.GetBytes("a " + value + ";");
        var tree = SyntaxParser.Parse(bytes);
        return tree.Nodes.Length == 1 && tree.Problems.Count == 0 && tree.TokensOf(0).Length == 2 && tree.Node(0).BodyStart < 0
            && TextOf.Word(bytes, tree.TokensOf(0)[1]) == value;
    }
}
