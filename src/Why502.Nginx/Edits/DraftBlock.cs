namespace Why502.Nginx.Edits;

/// <summary>The directives of a block, or of a whole file, with what stands between them.</summary>
internal sealed class DraftBlock
{
    private DraftBlock(DraftFile file, DraftDirective? owner)
    {
        File = file;
        Owner = owner;
    }

    /// <summary>The file in which this block is now.</summary>
    public DraftFile File { get; set; }

    /// <summary>Null for a whole file.</summary>
    public DraftDirective? Owner { get; }

    public List<DraftDirective> Items { get; } = [];

    /// <summary>What stands between the last directive's line and the closing brace, or the end of the file.</summary>
    public byte[] Tail { get; set; } = [];

    public static DraftBlock New(DraftFile file, DraftDirective owner) => new(file, owner);

    /// <summary>Takes a range of sibling nodes apart.</summary>
    public static DraftBlock Of(DraftFile file, DraftDirective? owner, ByteSpan body, int firstNode, int endNode)
    {
        var block = new DraftBlock(file, owner);
        var (bytes, tree) = (file.File.Bytes, file.File.Tree);
        var at = body.Start;
        for (var i = firstNode; i < endNode; i = tree.Node(i).Next)
        {
            ref readonly var node = ref tree.Node(i);
            var lead = block.TakeTrail(bytes.AsSpan(at, node.Start - at));
            block.Items.Add(DraftDirective.Of(block, i, lead));
            at = node.End;
        }

        block.Tail = block.TakeTrail(bytes.AsSpan(at, body.End - at));
        foreach (var item in block.Items)
        {
            file.ByNode[item.Node] = item;
        }

        return block;
    }

    public void Print(List<byte> output)
    {
        foreach (var item in Items)
        {
            output.AddRange(item.Lead);
            item.Print(output);
            output.AddRange(item.Trail);
        }

        output.AddRange(Tail);
    }

    /// <summary>The gap behind an item: the next one's lead, or the block's tail.</summary>
    public byte[] GapAfter(int index) => index + 1 < Items.Count ? Items[index + 1].Lead : Tail;

    public void SetGapAfter(int index, byte[] gap)
    {
        if (index + 1 < Items.Count)
        {
            Items[index + 1].Lead = gap;
        }
        else
        {
            Tail = gap;
        }
    }

    /// <summary>Whether the item is the first thing on its line.</summary>
    public bool StartsItsLine(DraftDirective item) =>
        Gap.HasLineEnd(item.Lead) || (Owner is null && Items[0] == item && item.Lead.AsSpan().IndexOfAnyExcept(" \t"u8) < 0);

    /// <summary>The blanks before the line on which the item begins.</summary>
    public byte[] IndentationOf(DraftDirective item)
    {
        for (var index = Items.IndexOf(item); index >= 0; index--)
        {
            if (StartsItsLine(Items[index]))
            {
                return Gap.Indentation(Items[index].Lead).ToArray();
            }
        }

        return Owner is null ? [] : Owner.Block.IndentationOf(Owner);
    }

    /// <summary>The indentation of a directive that gets a line of its own in this block.</summary>
    public byte[] InnerIndentation()
    {
        if (Items.FindLast(StartsItsLine) is { } sibling)
        {
            return Gap.Indentation(sibling.Lead).ToArray();
        }

        // A block that holds nothing but comments shows its indentation, too.
        if (Gap.IsComment(Gap.LastLine(Tail.AsSpan(0, Math.Max(0, Gap.LastLineEnd(Tail))))))
        {
            return Gap.Indentation(Tail.AsSpan(0, Gap.LastLineEnd(Tail))).ToArray();
        }

        return Owner is null ? [] : [.. Owner.Block.IndentationOf(Owner), .. File.Style.Step];
    }

    private byte[] TakeTrail(ReadOnlySpan<byte> gap)
    {
        var trail = Items.Count == 0 ? 0 : Gap.TrailLength(gap);
        if (trail > 0)
        {
            Items[^1].Trail = gap[..trail].ToArray();
        }

        return gap[trail..].ToArray();
    }
}
