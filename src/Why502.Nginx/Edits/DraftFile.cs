namespace Why502.Nginx.Edits;

/// <summary>
/// A file that is being edited: the tree of its directives together with all bytes between them, so that what no edit touches
/// prints as it was. Blocks are taken apart only where an edit goes.
/// </summary>
internal sealed class DraftFile
{
    public DraftFile(ConfigurationFile file)
    {
        File = file;
        Style = FileStyle.Of(file);
        Root = DraftBlock.Of(this, null, new ByteSpan(0, file.Bytes.Length), 0, file.Tree.Nodes.Length);
    }

    public ConfigurationFile File { get; }

    public FileStyle Style { get; }

    public DraftBlock Root { get; }

    /// <summary>Where the directives of the original tree are now; an entry is made when its block is taken apart.</summary>
    public Dictionary<int, DraftDirective> ByNode { get; } = [];

    public byte[] Print()
    {
        var output = new List<byte>(File.Bytes.Length + 256);
        Root.Print(output);
        return [.. output];
    }

    /// <summary>The draft of a directive of this file.</summary>
    public DraftDirective Find(int node)
    {
        if (ByNode.TryGetValue(node, out var known))
        {
            return known;
        }

        // Each ancestor's block is taken apart on the way down, which makes the entry.
        var path = new Stack<int>();
        for (var parent = File.Tree.Node(node).Parent; parent >= 0 && !ByNode.ContainsKey(node); parent = File.Tree.Node(parent).Parent)
        {
            path.Push(parent);
        }

        while (path.TryPop(out var parent))
        {
            if (ByNode.TryGetValue(parent, out var block))
            {
                block.TakeApart();
            }
        }

        return ByNode[node];
    }
}
