namespace Why502.Nginx.Syntax;

/// <summary>What was probably meant, where nginx only says what it stumbled over.</summary>
internal static class SyntaxHints
{
    /// <summary>Who indents by more does not indent; without a limit a file of one long line would cost its square.</summary>
    private const int IndentationMax = 256;

    private const int NameShownMax = 64;

    public static string? MissingSemicolon(in Node node) =>
        node.Line == node.TerminatorLine ? null : $"the directive begins on line {node.Line}: its \";\" is probably missing there";

    public static string UnterminatedBefore(ReadOnlySpan<byte> text, Token name, int line) => $"\"{Shown(text, name)}\" on line {line} has no \";\"";

    /// <summary>The block whose closing brace stands further left than its own line is the one that was not closed.</summary>
    public static string? UnclosedBlock(ReadOnlySpan<Node> nodes, ReadOnlySpan<Token> tokens, ReadOnlySpan<byte> text)
    {
        var best = -1;
        for (var i = 0; i < nodes.Length; i++)
        {
            ref readonly var node = ref nodes[i];
            if (node.BodyStart < 0 || node.IsRaw || node.TokenCount == 0)
            {
                continue;
            }

            var own = Indentation(text, node.Start);
            var closing = node.BodyEnd < text.Length ? Indentation(text, node.BodyEnd) : -1;
            if (own > closing && own >= 0 && (closing >= 0 || best < 0))
            {
                best = i;
                if (closing >= 0)
                {
                    break;
                }
            }
        }

        if (best < 0)
        {
            return null;
        }

        var name = Shown(text, tokens[nodes[best].FirstToken]);
        return $"the block \"{name}\" that begins on line {nodes[best].Line} is probably not closed";
    }

    private static string Shown(ReadOnlySpan<byte> text, Token name) => TextOf.Bytes(text.Slice(name.Start, Math.Min(name.Length, NameShownMax)));

    /// <summary>How much white space is before it in its line; -1 when something else is.</summary>
    private static int Indentation(ReadOnlySpan<byte> text, int at)
    {
        var before = text[Math.Max(0, at - IndentationMax)..at];
        var own = before[(before.LastIndexOf((byte)'\n') + 1)..];
        return own.IndexOfAnyExcept(" \t"u8) < 0 && own.Length < IndentationMax ? own.Length : -1;
    }
}
