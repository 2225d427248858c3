namespace Why502.Nginx.Crossplane;

/// <summary>Finds the includes that lead back to a file that is still being read. crossplane reads each file once and says nothing; nginx opens it until it may open no more.</summary>
internal static class IncludeCycles
{
    public static void Report(IReadOnlyList<CrossplaneFile> files, CrossplaneOptions options)
    {
        var states = new State[files.Count];
        var open = new Stack<(int File, IEnumerator<(int Node, int Target)> Ahead)>();
        Enter(0);
        while (open.TryPeek(out var top))
        {
            if (!top.Ahead.MoveNext())
            {
                states[top.File] = State.Left;
                open.Pop();
                continue;
            }

            var (node, target) = top.Ahead.Current;
            if (states[target] == State.New)
            {
                Enter(target);
            }
            else if (states[target] == State.Entered)
            {
                Report(files[top.File], node, files[target].Path, options);
            }
        }

        void Enter(int file)
        {
            states[file] = State.Entered;
            open.Push((file, Targets(files[file]).GetEnumerator()));
        }
    }

    private static IEnumerable<(int Node, int Target)> Targets(CrossplaneFile file) =>
        file.Includes.SelectMany(include => include.Value, (include, target) => (include.Key, target));

    private static void Report(CrossplaneFile file, int index, string path, CrossplaneOptions options)
    {
        ref readonly var node = ref file.File!.Tree.Node(index);
        var line = options.SyntaxOnly ? node.TerminatorLine : node.Line;
        file.Add(new CrossplaneError(file.Path, line, $"\"{path}\" includes itself: nginx would open it until it has too many open files", file.File.ColumnOf(node.Start)) { Offset = node.Start });
    }

    private enum State
    {
        New,
        Entered,
        Left,
    }
}
