namespace Why502.Nginx.Edits;

/// <summary>A configuration while edits are made to it, one after the other. The first impossible one is told and ends it.</summary>
internal sealed class ConfigurationDraft(NginxConfiguration configuration)
{
    private readonly Dictionary<ConfigurationFile, DraftFile> drafts = new(ReferenceEqualityComparer.Instance);

    public EditOutcome Apply(IEnumerable<Edit> edits)
    {
        try
        {
            foreach (var edit in edits)
            {
                Make(edit);
            }

            return new EditOutcome(Changes(), null);
        }
        catch (ImpossibleEditException impossible)
        {
            return new EditOutcome([], impossible.Problem);
        }
    }

    private void Make(Edit edit)
    {
        switch (edit)
        {
            case Edit.Set set:
                Set(set);
                break;
            case Edit.SetArguments arguments:
                Rewrite(Find(arguments.Directive), arguments.Arguments);
                break;
            case Edit.Add add:
                Insertion.Insert(Placing.Find(this, add.Place, add.Directive.Name, add.Directive.HasBody), add.Directive);
                break;
            case Edit.Remove remove:
                Removal.Remove(Find(remove.Directive));
                break;
            case Edit.Wrap wrap:
                Wrapping.Wrap([.. wrap.Directives.Select(Find)], wrap.Name, wrap.Arguments);
                break;
            case Edit.Unwrap unwrap:
                Wrapping.Unwrap(Find(unwrap.Block), unwrap.Block.At);
                break;
            case Edit.Move move:
                Move(move);
                break;
            default:
                throw new ImpossibleEditException("there is no such edit", null);
        }
    }

    /// <summary>The draft of a directive of this configuration, wherever earlier edits have put it.</summary>
    public DraftDirective Find(Directive directive)
    {
        if (directive.Index < 0)
        {
            throw new ImpossibleEditException("this block is only thought of: nothing of it is written", directive.At);
        }

        var draft = DraftOf(directive.File, directive.At).Find(directive.Index);
        for (var at = draft; at is not null; at = at.Block.Owner)
        {
            if (at.IsRemoved)
            {
                throw new ImpossibleEditException($"an earlier edit has removed {(at == draft ? "this directive" : "the block around this directive")}", directive.At);
            }
        }

        return draft;
    }

    /// <summary>What is written between a directive's braces; the whole file for a block that is only thought of.</summary>
    public DraftBlock BlockOf(Directive block)
    {
        if (block.Index < 0)
        {
            return DraftOf(block.File, block.At).Root;
        }

        var draft = Find(block);
        draft.TakeApart();
        return draft.Body ?? throw new ImpossibleEditException(draft.RawBody is null ? $"\"{draft.Name}\" has no block" : $"the block of \"{draft.Name}\" holds no directives", block.At);
    }

    public DraftBlock RootOf(ConfigurationFile file) => DraftOf(file, null).Root;

    private DraftFile DraftOf(ConfigurationFile file, SourceLine? at)
    {
        if (drafts.TryGetValue(file, out var draft))
        {
            return draft;
        }

        if (!configuration.Files.Contains(file))
        {
            throw new ImpossibleEditException($"\"{file.Path}\" is not a file of this configuration", at);
        }

        drafts.Add(file, draft = new DraftFile(file));
        return draft;
    }

    private void Set(Edit.Set set)
    {
        var block = BlockOf(set.Block);
        var own = block.Items.FindLast(item => !item.HasBlock && item.Name == set.Name);
        if (own is not null)
        {
            Rewrite(own, set.Arguments);
        }
        else if (set.Block.LastChild(set.Name) is { Index: >= 0, Block: null } included && !block.Items.Contains(Find(included)))
        {
            // An include of this block brings it in: written beside that, most directives would be duplicates for nginx.
            Rewrite(Find(included), set.Arguments);
        }
        else
        {
            Insertion.Insert(Placing.Find(this, Place.AmongItsKind(set.Block), set.Name, false), new NewDirective(set.Name, set.Arguments, null));
        }
    }

    private static void Rewrite(DraftDirective directive, IReadOnlyList<string> arguments)
    {
        directive.TakeApart();
        var words = directive.Words!;
        var common = Math.Min(words.Count - 1, arguments.Count);
        for (var i = 0; i < common; i++)
        {
            words[i + 1] = words[i + 1].With(arguments[i]);
        }

        if (words.Count - 1 > arguments.Count)
        {
            words.RemoveRange(arguments.Count + 1, words.Count - 1 - arguments.Count);
        }

        words.AddRange(arguments.Skip(common).Select(a => DraftWord.Bare(" ", a)));
    }

    private void Move(Edit.Move move)
    {
        var directive = Find(move.Directive);
        if (move.Place.Anchor is { Index: >= 0 } anchor)
        {
            for (var at = Find(anchor); at is not null; at = at.Block.Owner)
            {
                if (at == directive)
                {
                    throw new ImpossibleEditException("a directive cannot be moved into or beside itself", move.Directive.At);
                }
            }
        }

        // The place is found before anything goes, so that an impossible move leaves everything where it is.
        var from = directive.Block.IndentationOf(directive);
        var slot = Placing.Find(this, move.Place, directive.Name, directive.HasBlock);
        var (block, index) = (slot.Block, slot.Index);
        var next = index < block.Items.Count ? block.Items[index] : null;
        if (next == directive || (index > 0 && block.Items[index - 1] == directive))
        {
            return;
        }

        Removal.Detach(directive);
        Insertion.Insert(slot with { Index = next is null ? block.Items.Count : block.Items.IndexOf(next) }, directive, from);
    }

    /// <summary>The files that differ, each read again and compared with what was meant.</summary>
    private List<FileEdit> Changes()
    {
        var changes = new List<FileEdit>();
        foreach (var file in configuration.Files)
        {
            if (!drafts.TryGetValue(file, out var draft))
            {
                continue;
            }

            var edit = new FileEdit(file.Path, file.Bytes, draft.Print());
            if (!edit.IsChange)
            {
                continue;
            }

            if (!ReadBack.IsAsMeant(draft, edit.After))
            {
                throw new ImpossibleEditException("nginx would not read the edited text as it is meant", new SourceLine(file.Path, 1));
            }

            changes.Add(edit);
        }

        return changes;
    }
}
