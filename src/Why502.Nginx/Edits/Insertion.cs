namespace Why502.Nginx.Edits;

/// <summary>Puts directives between others: on a line of their own, or on the same line where the block is written on one.</summary>
internal static class Insertion
{
    private static readonly byte[] Blank = " "u8.ToArray();

    public static void Insert(Slot place, NewDirective directive)
    {
        var draft = DraftDirective.New(place.Block, directive);
        var ownLine = Insert(place, draft);
        Fill(draft, directive, ownLine);
    }

    /// <summary>Puts a directive that was taken from elsewhere, where it was indented with <paramref name="from"/>.</summary>
    public static void Insert(Slot place, DraftDirective moved, byte[] from)
    {
        Insert(place, moved);
        moved.Reindent(from, place.Block.IndentationOf(moved), place.Block.File);
    }

    /// <summary>Returns whether the directive got a line of its own.</summary>
    private static bool Insert(Slot place, DraftDirective directive)
    {
        var (block, index) = (place.Block, place.Index);
        directive.Block = block;
        var leansOnNext = place.LeansOnNext && index > 0;
        var ownLine = leansOnNext ? block.StartsItsLine(block.Items[index]) : GetsOwnLine(block, index);
        if (!ownLine)
        {
            InsertInLine(block, index, directive);
        }
        else if (leansOnNext)
        {
            InsertBefore(block, index, directive);
        }
        else if (index > 0)
        {
            InsertBehind(block, index, directive);
        }
        else
        {
            InsertAtTop(block, directive);
        }

        EndLineAfterComment(block, directive);
        return ownLine;
    }

    private static bool GetsOwnLine(DraftBlock block, int index)
    {
        if (block.Items.Count == 0)
        {
            return true;
        }

        if (index == 0)
        {
            return block.StartsItsLine(block.Items[0]);
        }

        var previous = block.Items[index - 1];
        return Gap.IsComment(previous.Trail) || (block.StartsItsLine(previous) && (Gap.StartsWithLineEnd(block.GapAfter(index - 1)) || block.GapAfter(index - 1).Length == 0));
    }

    private static void InsertInLine(DraftBlock block, int index, DraftDirective directive)
    {
        if (index > 0)
        {
            directive.Lead = Blank;
        }
        else
        {
            (directive.Lead, block.Items[0].Lead) = (block.Items[0].Lead, Blank);
        }

        block.Items.Insert(index, directive);
    }

    /// <summary>Directly above an item and the comments that belong to it.</summary>
    private static void InsertBefore(DraftBlock block, int index, DraftDirective directive)
    {
        var next = block.Items[index];
        var comments = Gap.AttachedComments(next.Lead);
        var blank = BlankLineLikeItsNeighbours(block, directive);
        directive.Lead = [.. next.Lead.AsSpan(0, comments), .. block.File.Style.NewLine, .. Gap.Indentation(next.Lead)];
        next.Lead = [.. blank, .. next.Lead.AsSpan(comments)];
        block.Items.Insert(index, directive);
    }

    /// <summary>On the line after the item before.</summary>
    private static void InsertBehind(DraftBlock block, int index, DraftDirective directive)
    {
        directive.Lead = [.. BlankLineLikeItsNeighbours(block, directive), .. block.File.Style.NewLine, .. block.InnerIndentation()];
        block.Items.Insert(index, directive);
    }

    private static byte[] BlankLineLikeItsNeighbours(DraftBlock block, DraftDirective directive) =>
        directive.HasBlock && block.Items.Exists(item => item.HasBlock && Gap.StartsWithBlankLine(item.Lead)) ? block.File.Style.NewLine : [];

    private static void InsertAtTop(DraftBlock block, DraftDirective directive)
    {
        var indentation = block.InnerIndentation();
        var newLine = block.File.Style.NewLine;
        if (block.Items.Count == 0)
        {
            InsertAlone(block, directive, indentation, newLine);
            return;
        }

        var first = block.Items[0];
        var lead = first.Lead;
        var end = lead.AsSpan().IndexOf((byte)'\n');
        end = block.Owner is null ? Gap.AttachedComments(lead) : end > 0 && lead[end - 1] == '\r' ? end - 1 : end;
        if (block.Owner is null && end <= 0)
        {
            // The first line of a file has no line end before it.
            directive.Lead = lead;
            first.Lead = [.. newLine, .. Gap.Indentation(lead)];
        }
        else
        {
            // A comment behind the brace stays there, and so does one at the very top of a file.
            directive.Lead = [.. lead.AsSpan(0, end), .. newLine, .. indentation];
            first.Lead = lead[end..];
        }

        block.Items.Insert(0, directive);
    }

    /// <summary>Into a block without directives: behind its comments, if there are any.</summary>
    private static void InsertAlone(DraftBlock block, DraftDirective directive, byte[] indentation, byte[] newLine)
    {
        var tail = block.Tail;
        var end = Gap.LastLineEnd(tail);
        if (block.Owner is null)
        {
            var needsLineEnd = tail.Length > 0 && Gap.LastLine(tail).Length > 0;
            directive.Lead = needsLineEnd ? [.. tail, .. newLine] : tail;
            block.Tail = newLine;
        }
        else
        {
            var comments = end < 0 ? [] : tail.AsSpan(0, end).TrimEnd(" \t\r\n"u8);
            directive.Lead = [.. comments, .. newLine, .. indentation];
            block.Tail = [.. newLine, .. end < 0 ? block.Owner.Block.IndentationOf(block.Owner) : Gap.LastLine(tail).ToArray()];
        }

        block.Items.Add(directive);
    }

    /// <summary>Whatever follows a comment on its line would be part of it.</summary>
    public static void EndLineAfterComment(DraftBlock block, DraftDirective directive)
    {
        if (Gap.IsComment(directive.Trail))
        {
            EndLine(block, block.Items.IndexOf(directive));
        }
    }

    /// <summary>What follows the item, another one or the closing brace, begins a line of its own.</summary>
    public static void EndLine(DraftBlock block, int index)
    {
        var gap = block.GapAfter(index);
        var isEndOfFile = block.Owner is null && index + 1 == block.Items.Count && gap.Length == 0;
        if (!Gap.StartsWithLineEnd(gap) && !isEndOfFile)
        {
            block.SetGapAfter(index, [.. block.File.Style.NewLine, .. block.IndentationOf(block.Items[index]), .. gap.AsSpan().TrimStart(" \t"u8)]);
        }
    }

    /// <summary>Writes a new directive's block: a line for each directive in it, or all on one line.</summary>
    private static void Fill(DraftDirective draft, NewDirective directive, bool ownLine)
    {
        if (draft.Body is not { } body || directive.Block!.Count == 0)
        {
            return;
        }

        var style = body.File.Style;
        byte[] outer = [.. style.NewLine, .. draft.Block.IndentationOf(draft)];
        byte[] lead = ownLine ? [.. outer, .. style.Step] : Blank;
        foreach (var inner in directive.Block)
        {
            var item = DraftDirective.New(body, inner);
            item.Lead = lead;
            body.Items.Add(item);
            Fill(item, inner, ownLine);
        }

        body.Tail = ownLine ? outer : Blank;
    }
}
