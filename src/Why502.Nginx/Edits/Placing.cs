namespace Why502.Nginx.Edits;

/// <summary>A place between the items of a block.</summary>
/// <param name="LeansOnNext">The directive belongs to the item behind it: blank lines stay above both.</param>
internal readonly record struct Slot(DraftBlock Block, int Index, bool LeansOnNext);

/// <summary>Finds where in a block a directive goes: before which of its items.</summary>
internal static class Placing
{
    public static Slot Find(ConfigurationDraft draft, Place place, string name, bool hasBlock)
    {
        if (place.Kind is PlaceKind.Before or PlaceKind.After)
        {
            var sibling = draft.Find(place.Anchor!);
            return new Slot(sibling.Block, sibling.Block.Items.IndexOf(sibling) + (place.Kind == PlaceKind.After ? 1 : 0), place.Kind == PlaceKind.Before);
        }

        var block = place.Anchor is null ? draft.RootOf(place.File!) : draft.BlockOf(place.Anchor);
        return place.Kind switch
        {
            PlaceKind.First => new Slot(block, 0, false),
            PlaceKind.Last => new Slot(block, block.Items.Count, false),
            _ => AmongItsKind(block, name, hasBlock),
        };
    }

    private static Slot AmongItsKind(DraftBlock block, string name, bool hasBlock)
    {
        var items = block.Items;
        var same = items.FindLastIndex(item => item.HasBlock == hasBlock && item.Name == name);
        if (same >= 0)
        {
            return new Slot(block, same + 1, false);
        }

        // A group of peers goes before the servers that use it, any other block to the end.
        var server = hasBlock && name == "upstream" ? items.FindIndex(item => item.HasBlock && item.Name == "server") : -1;
        return server >= 0 ? new Slot(block, server, true) : new Slot(block, hasBlock ? items.Count : ForSimple(items, name), false);
    }

    private static int ForSimple(List<DraftDirective> items, string name)
    {
        var family = Family(name);
        var neighbour = items.FindLastIndex(item => PassTarget.IsPass(item.Name) && Family(item.Name) == family);
        if (neighbour < 0 && family.Length < name.Length)
        {
            neighbour = items.FindLastIndex(item => !item.HasBlock && Family(item.Name) == family);
        }

        if (neighbour < 0)
        {
            neighbour = items.FindLastIndex(item => PassTarget.IsPass(item.Name));
        }

        if (neighbour < 0)
        {
            neighbour = items.FindLastIndex(item => !item.HasBlock && item.Name != "include");
        }

        return (neighbour < 0 ? items.FindLastIndex(item => !item.HasBlock) : neighbour) + 1;
    }

    /// <summary>The word before the first underscore: proxy, fastcgi, ssl, gzip …</summary>
    private static string Family(string name)
    {
        var end = name.IndexOf('_', StringComparison.Ordinal);
        return end < 0 ? name : name[..end];
    }
}
