namespace Why502.Nginx.Edits;

/// <summary>Puts a block around directives, and takes one away.</summary>
internal static class Wrapping
{
    private static readonly byte[] Blank = " "u8.ToArray();

    public static void Wrap(List<DraftDirective> directives, string name, IReadOnlyList<string> arguments)
    {
        if (directives.Count == 0)
        {
            throw new ImpossibleEditException("there is nothing to put into the block", null);
        }

        var block = directives[0].Block;
        if (directives.Exists(d => d.Block != block))
        {
            throw new ImpossibleEditException("directives of different blocks cannot be put into one", null);
        }

        directives = [.. directives.Distinct().OrderBy(block.Items.IndexOf)];
        var first = directives[0];
        var outer = block.IndentationOf(first);
        var ownLine = block.StartsItsLine(first);
        var style = block.File.Style;
        byte[] inner = ownLine ? [.. outer, .. style.Step] : outer;
        byte[] lead = ownLine ? [.. style.NewLine, .. inner] : Blank;

        var wrapper = DraftDirective.New(block, new NewDirective(name, arguments, []));
        var index = block.Items.IndexOf(first);
        for (var i = directives.Count - 1; i > 0; i--)
        {
            // One that stood elsewhere leaves its comments there; the others bring what is between them.
            if (block.Items.IndexOf(directives[i]) == index + i)
            {
                directives[i].Lead = Gap.Reindented(directives[i].Lead, outer, inner, style.NewLine);
                block.Items.Remove(directives[i]);
            }
            else
            {
                Removal.Detach(directives[i]);
                directives[i].Lead = lead;
            }
        }

        wrapper.Lead = first.Lead;
        first.Lead = lead;
        block.Items[index] = wrapper;
        foreach (var directive in directives)
        {
            wrapper.Body!.Items.Add(directive);
            directive.Block = wrapper.Body;
            directive.Reindent(outer, inner, block.File);
        }

        wrapper.Body!.Tail = ownLine || Gap.IsComment(directives[^1].Trail) ? [.. style.NewLine, .. outer] : Blank;
        directives.ForEach(d => Insertion.EndLineAfterComment(wrapper.Body, d));
    }

    public static void Unwrap(DraftDirective wrapper, SourceLine at)
    {
        wrapper.TakeApart();
        var (block, body) = (wrapper.Block, wrapper.Body);
        if (body is null)
        {
            throw new ImpossibleEditException($"\"{wrapper.Name}\" has no block that could be taken away", at);
        }

        var style = block.File.Style;
        var (outer, inner) = (block.IndentationOf(wrapper), body.InnerIndentation());
        var index = block.Items.IndexOf(wrapper);
        foreach (var item in body.Items)
        {
            item.Lead = Gap.Reindented(item.Lead, inner, outer, style.NewLine);
            item.Reindent(inner, outer, block.File);
        }

        var behind = Remains(body.Items.Count > 0 ? body.Tail : [], inner, outer, style);
        if (Gap.IsComment(wrapper.Trail))
        {
            behind = [.. behind, .. style.NewLine, .. outer, .. wrapper.Trail.AsSpan().Trim(" \t"u8)];
        }

        var before = body.Items.Count > 0 ? Remains(body.Items[0].Lead, outer, outer, style) : Remains(body.Tail, inner, outer, style);
        Replace(block, index, body, before, behind);
        wrapper.IsRemoved = true;
    }

    private static void Replace(DraftBlock block, int index, DraftBlock body, byte[] before, byte[] behind)
    {
        var wrapper = block.Items[index];
        var lead = before.Length == 0 ? wrapper.Lead : WithComments(block, wrapper, before);
        if (body.Items.Count == 0)
        {
            wrapper.Trail = [];
            wrapper.Lead = lead;
            Removal.Detach(wrapper);
            return;
        }

        if (behind.Length > 0)
        {
            // Comments end it: what shared the wrapper's line would become part of the last one.
            Insertion.EndLine(block, index);
            block.SetGapAfter(index, [.. behind, .. block.GapAfter(index)]);
        }

        block.Items.RemoveAt(index);
        block.Items.InsertRange(index, body.Items);
        body.Items[0].Lead = lead;
        foreach (var item in body.Items)
        {
            item.Block = block;
        }

        Insertion.EndLineAfterComment(block, body.Items[^1]);
    }

    /// <summary>The wrapper's own gap, then the comments that stood at the top of its block, then the line on which the first directive begins.</summary>
    private static byte[] WithComments(DraftBlock block, DraftDirective wrapper, byte[] comments)
    {
        byte[] lastLine = [.. block.File.Style.NewLine, .. block.IndentationOf(wrapper)];
        if (!block.StartsItsLine(wrapper))
        {
            return [.. wrapper.Lead, .. comments, .. lastLine];
        }

        var end = Gap.LastLineEnd(wrapper.Lead);
        return [.. end < 0 ? [] : wrapper.Lead.AsSpan(0, end), .. end < 0 ? Gap.WithoutFirstLineEnd(comments) : comments, .. lastLine];
    }

    /// <summary>The comments of a gap, each on a line of its own, beginning with a line end; nothing when there are none.</summary>
    private static byte[] Remains(byte[] gap, byte[] from, byte[] to, FileStyle style)
    {
        var text = gap.AsSpan().TrimEnd(" \t\r\n"u8).ToArray();
        if (text.Length == 0)
        {
            return [];
        }

        return Gap.StartsWithLineEnd(text)
            ? Gap.Reindented(text, from, to, style.NewLine)
            : [.. style.NewLine, .. to, .. Gap.Reindented(text, from, to, style.NewLine).AsSpan().TrimStart(" \t"u8)];
    }
}
