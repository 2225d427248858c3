using Why502.Nginx;

namespace Why502.Tests.Nginx.Edits;

/// <summary>Chooses a random edit that is possible, makes it in the model and returns it for the engine.</summary>
internal sealed class RandomEdit(RandomTree tree, List<ModelDirective> model, List<Directive> written, ConfigurationFile file)
{
    private readonly Random random = tree.Random;

    public Edit? Next() => random.Next(7) switch
    {
        0 => Set(),
        1 => SetArguments(),
        2 => Add(),
        3 => Remove(),
        4 => Wrap(),
        5 => Unwrap(),
        _ => Move(),
    };

    private List<ModelDirective> Alive => [.. RandomTree.Flat(tree.Roots).Where(model.Contains)];

    private ModelDirective? Any(Func<ModelDirective, bool> of)
    {
        var fitting = Alive.Where(of).ToList();
        return fitting.Count == 0 ? null : fitting[random.Next(fitting.Count)];
    }

    private Directive Written(ModelDirective directive) => written[model.IndexOf(directive)];

    private List<ModelDirective> SiblingsOf(ModelDirective directive) => directive.Parent?.Block ?? tree.Roots;

    private Edit.SetArguments? SetArguments()
    {
        if (Any(_ => true) is not { } target)
        {
            return null;
        }

        target.Arguments = tree.Arguments();
        return new Edit.SetArguments(Written(target), target.Arguments);
    }

    private Edit.Set? Set()
    {
        if (Any(d => d.Block is not null && d.Block.Exists(c => c.Name == "listen" && c.Block is null)) is not { } block)
        {
            return null;
        }

        var target = block.Block!.Last(c => c.Name == "listen" && c.Block is null);
        target.Arguments = tree.Arguments();
        return new Edit.Set(Written(block), "listen", target.Arguments);
    }

    private Edit.Add Add()
    {
        var added = tree.One(2);
        var place = PlaceFor(added, null);
        return new Edit.Add(New(added), place);
    }

    private Edit.Remove? Remove()
    {
        // A block's inner comments go with it; the test counts those of their own, so only simple ones are removed.
        if (Any(d => d.Block is null) is not { } target)
        {
            return null;
        }

        SiblingsOf(target).Remove(target);
        return new Edit.Remove(Written(target));
    }

    private Edit.Move? Move()
    {
        if (Any(_ => true) is not { } target)
        {
            return null;
        }

        var directive = Written(target);
        var place = PlaceFor(target, target);
        return new Edit.Move(directive, place);
    }

    private Edit.Wrap? Wrap()
    {
        if (Any(_ => true) is not { } first)
        {
            return null;
        }

        var siblings = SiblingsOf(first);
        var chosen = siblings.Where(s => model.Contains(s) && (s == first || random.Next(2) == 0)).ToList();
        var wrapper = new ModelDirective { Name = "wrapper", Arguments = tree.Arguments(), Block = [.. chosen], Parent = first.Parent };
        var edit = new Edit.Wrap([.. chosen.OrderBy(_ => random.Next()).Select(Written)], "wrapper", wrapper.Arguments);
        siblings[siblings.IndexOf(chosen[0])] = wrapper;
        foreach (var inner in chosen)
        {
            siblings.Remove(inner);
            inner.Parent = wrapper;
        }

        return edit;
    }

    private Edit.Unwrap? Unwrap()
    {
        if (Any(d => d.Block is not null) is not { } target)
        {
            return null;
        }

        var siblings = SiblingsOf(target);
        var at = siblings.IndexOf(target);
        siblings.RemoveAt(at);
        siblings.InsertRange(at, target.Block!);
        target.Block!.ForEach(child => child.Parent = target.Parent);
        return new Edit.Unwrap(Written(target));
    }

    /// <summary>Puts the directive somewhere in the model, and says where.</summary>
    private Place PlaceFor(ModelDirective directive, ModelDirective? moved)
    {
        var sibling = random.Next(2) == 0 ? Any(d => moved is null || !moved.Contains(d)) : null;
        if (sibling is not null)
        {
            Detach(moved);
            var before = random.Next(2) == 0;
            var siblings = SiblingsOf(sibling);
            siblings.Insert(siblings.IndexOf(sibling) + (before ? 0 : 1), directive);
            directive.Parent = sibling.Parent;
            return before ? Place.Before(Written(sibling)) : Place.After(Written(sibling));
        }

        var block = Any(d => d.Block is not null && (moved is null || !moved.Contains(d)));
        Detach(moved);
        var first = random.Next(2) == 0;
        var into = block?.Block ?? tree.Roots;
        into.Insert(first ? 0 : into.Count, directive);
        directive.Parent = block;
        return (block, first) switch
        {
            (null, true) => Place.FirstIn(file),
            (null, false) => Place.LastIn(file),
            (_, true) => Place.FirstIn(Written(block)),
            (_, false) => Place.LastIn(Written(block)),
        };
    }

    private void Detach(ModelDirective? moved)
    {
        if (moved is not null)
        {
            SiblingsOf(moved).Remove(moved);
        }
    }

    private static NewDirective New(ModelDirective directive) =>
        new(directive.Name, directive.Arguments, directive.Block is null ? null : [.. directive.Block.Select(New)]);
}
