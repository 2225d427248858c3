using Why502.Nginx.Syntax;

namespace Why502.Nginx.Edits;

/// <summary>Reads an edited text again and compares it, directive by directive, with what was meant.</summary>
internal ref struct ReadBack
{
    private readonly byte[] text;
    private readonly SyntaxTree tree;
    private int next;

    private ReadBack(byte[] text, SyntaxTree tree)
    {
        this.text = text;
        this.tree = tree;
    }

    /// <summary>The same directives with the same values in the same blocks, and no mistake that was not there before.</summary>
    public static bool IsAsMeant(DraftFile draft, byte[] text)
    {
        var tree = SyntaxParser.Parse(text);
        var reader = new ReadBack(text, tree);
        return reader.Matches(draft.Root, -1) && reader.next == tree.Nodes.Length
            && tree.Problems.Select(p => p.Message).SequenceEqual(draft.File.Tree.Problems.Select(p => p.Message));
    }

    private bool Matches(DraftBlock block, int parent)
    {
        foreach (var item in block.Items)
        {
            if (!(item.Words is null ? MatchesOriginal(item, parent) : MatchesDraft(item, parent)))
            {
                return false;
            }
        }

        return true;
    }

    private bool MatchesDraft(DraftDirective item, int parent)
    {
        if (next >= tree.Nodes.Length || tree.Node(next).Parent != parent)
        {
            return false;
        }

        var index = next++;
        ref readonly var node = ref tree.Node(index);
        var tokens = tree.TokensOf(index);
        if (tokens.Length != item.Words!.Count || node.BodyStart >= 0 != item.HasBlock || node.IsRaw != (item.RawBody is not null && node.IsRaw))
        {
            return false;
        }

        for (var i = 0; i < tokens.Length; i++)
        {
            if (TextOf.Word(text, tokens[i]) != item.Words[i].Value)
            {
                return false;
            }
        }

        if (item.RawBody is not null)
        {
            var same = text.AsSpan(node.BodyStart, node.BodyEnd - node.BodyStart).SequenceEqual(item.RawBody);
            next = node.Next;
            return same && (node.IsRaw || item.Node >= 0);
        }

        return (item.Body is null || Matches(item.Body, index)) && next == node.Next;
    }

    /// <summary>A directive that no edit has touched: the same nodes, only elsewhere.</summary>
    private bool MatchesOriginal(DraftDirective item, int parent)
    {
        var (original, bytes) = (item.Origin.File.Tree, item.Origin.File.Bytes);
        var (first, end) = (item.Node, original.Node(item.Node).Next);
        var shift = next - first;
        if (end + shift > tree.Nodes.Length || tree.Node(next).Parent != parent)
        {
            return false;
        }

        for (var i = first; i < end; i++)
        {
            ref readonly var before = ref original.Node(i);
            ref readonly var after = ref tree.Node(i + shift);
            if (after.Next != before.Next + shift || after.IsRaw != before.IsRaw || (after.BodyStart < 0) != (before.BodyStart < 0)
                || (i > first && after.Parent != before.Parent + shift) || !SameWords(original.TokensOf(i), bytes, tree.TokensOf(i + shift), text))
            {
                return false;
            }
        }

        next = end + shift;
        return true;
    }

    private static bool SameWords(ReadOnlySpan<Token> before, byte[] bytes, ReadOnlySpan<Token> after, byte[] text)
    {
        if (before.Length != after.Length)
        {
            return false;
        }

        for (var i = 0; i < before.Length; i++)
        {
            if (before[i].Flags != after[i].Flags || !bytes.AsSpan(before[i].Start, before[i].Length).SequenceEqual(text.AsSpan(after[i].Start, after[i].Length)))
            {
                return false;
            }
        }

        return true;
    }
}
