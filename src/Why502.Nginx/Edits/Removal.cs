namespace Why502.Nginx.Edits;

/// <summary>Takes directives out of their block: their own lines close up, other lines and comments stay.</summary>
internal static class Removal
{
    public static void Remove(DraftDirective directive)
    {
        var (block, index) = (directive.Block, directive.Block.Items.IndexOf(directive));
        if (!HasItsLineForItself(block, directive, index) && Gap.IsComment(directive.Trail))
        {
            // The comment ends a line that others share: it may be about them.
            KeepComment(block, index, directive);
        }

        Detach(directive);
        directive.IsRemoved = true;
    }

    /// <summary>Takes the directive out together with the comment at the end of its line.</summary>
    public static void Detach(DraftDirective directive)
    {
        var (block, index) = (directive.Block, directive.Block.Items.IndexOf(directive));
        var gap = block.GapAfter(index);
        var lineEnd = Gap.LastLineEnd(directive.Lead);
        var kept = directive.Lead[..Math.Max(0, lineEnd)];
        if (block.StartsItsLine(directive) && Gap.StartsWithLineEnd(gap))
        {
            // A file's first line has no line end before it, so the one behind goes.
            gap = lineEnd < 0 ? Gap.WithoutFirstLineEnd(gap) : Joined(kept, gap);
        }
        else if (block.StartsItsLine(directive))
        {
            // What shares the line moves up to its start; at the end of a file without a last line end there is nothing.
            var isEndOfFile = block.Owner is null && index + 1 == block.Items.Count && gap.Length == 0;
            gap = isEndOfFile ? kept : [.. directive.Lead, .. gap.AsSpan().TrimStart(" \t"u8)];
        }

        block.SetGapAfter(index, gap);
        block.Items.RemoveAt(index);
    }

    private static bool HasItsLineForItself(DraftBlock block, DraftDirective directive, int index)
    {
        var gap = block.GapAfter(index);
        return block.StartsItsLine(directive) && (Gap.StartsWithLineEnd(gap) || gap.Length == 0);
    }

    private static void KeepComment(DraftBlock block, int index, DraftDirective directive)
    {
        if (index > 0)
        {
            block.Items[index - 1].Trail = directive.Trail;
        }
        else
        {
            block.SetGapAfter(index, [.. directive.Trail, .. block.GapAfter(index)]);
        }

        directive.Trail = [];
    }

    /// <summary>Two gaps become one: of the blank lines on both sides one is enough, and none is needed at the start or end of a block.</summary>
    private static byte[] Joined(byte[] kept, byte[] gap)
    {
        var blankBefore = kept.Length == 0 || kept[^1] == '\n';
        return blankBefore && kept.Length > 0 && Gap.StartsWithBlankLine(gap) ? [.. kept, .. Gap.WithoutFirstLineEnd(gap)] : [.. kept, .. gap];
    }
}
