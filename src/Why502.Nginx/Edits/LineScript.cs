namespace Why502.Nginx.Edits;

/// <summary>Lines of a text by number, each with its line end.</summary>
internal sealed class LineTable
{
    private readonly byte[] bytes;
    private readonly List<int> starts = [0];

    public LineTable(byte[] bytes)
    {
        this.bytes = bytes;
        for (var at = 0; at < bytes.Length;)
        {
            var end = bytes.AsSpan(at).IndexOf((byte)'\n');
            at = end < 0 ? bytes.Length : at + end + 1;
            starts.Add(at);
        }
    }

    public int Count => starts.Count - 1;

    public ReadOnlySpan<byte> this[int line] => bytes.AsSpan(starts[line], starts[line + 1] - starts[line]);
}

/// <summary>A run of old lines that is replaced by a run of new ones.</summary>
internal readonly record struct LineChange(int OldStart, int OldEnd, int NewStart, int NewEnd);

/// <summary>The shortest line script between two texts (Myers, "An O(ND) Difference Algorithm", 1986), with a cap on D beyond which the middle is replaced as a whole.</summary>
internal sealed class LineScript
{
    // Memory is D² integers: 1,000 differences cost 4 MB. Our edits have a handful.
    private const int DifferencesMax = 1000;

    private LineScript(LineTable old, LineTable @new, IReadOnlyList<LineChange> changes)
    {
        Old = old;
        New = @new;
        Changes = changes;
    }

    public LineTable Old { get; }

    public LineTable New { get; }

    public IReadOnlyList<LineChange> Changes { get; }

    public static LineScript Between(byte[] before, byte[] after)
    {
        var a = new LineTable(before);
        var b = new LineTable(after);
        var head = 0;
        while (head < a.Count && head < b.Count && a[head].SequenceEqual(b[head]))
        {
            head++;
        }

        var tail = 0;
        while (tail < a.Count - head && tail < b.Count - head && a[a.Count - 1 - tail].SequenceEqual(b[b.Count - 1 - tail]))
        {
            tail++;
        }

        var (oldEnd, newEnd) = (a.Count - tail, b.Count - tail);
        var changes = head == oldEnd && head == newEnd ? [] : Middle(a, b, head, oldEnd, newEnd);
        return new LineScript(a, b, changes);
    }

    private static List<LineChange> Middle(LineTable a, LineTable b, int head, int oldEnd, int newEnd)
    {
        var (n, m) = (oldEnd - head, newEnd - head);
        var trace = n == 0 || m == 0 ? null : Trace(a, b, head, n, m);
        if (trace is null)
        {
            return [new LineChange(head, oldEnd, head, newEnd)];
        }

        var changes = new List<LineChange>();
        int x = n, y = m;
        for (var d = trace.Count - 1; d > 0; d--)
        {
            var v = trace[d - 1];
            var k = x - y;
            var down = k == -d || (k != d && At(v, d - 1, k - 1) < At(v, d - 1, k + 1));
            var previousX = At(v, d - 1, down ? k + 1 : k - 1);
            var previousY = previousX - (down ? k + 1 : k - 1);
            var (endX, endY) = down ? (previousX, previousY + 1) : (previousX + 1, previousY);
            Prepend(changes, new LineChange(head + previousX, head + endX, head + previousY, head + endY));
            (x, y) = (previousX, previousY);
        }

        changes.Reverse();
        return changes;
    }

    /// <summary>The furthest reaching x of each diagonal for every number of differences; null beyond the cap.</summary>
    private static List<int[]>? Trace(LineTable a, LineTable b, int head, int n, int m)
    {
        var trace = new List<int[]>();
        int[] v = [];
        for (var d = 0; d <= Math.Min(n + m, DifferencesMax); d++)
        {
            var next = new int[(2 * d) + 1];
            trace.Add(next);
            for (var k = -d; k <= d; k += 2)
            {
                var x = d == 0 ? 0
                    : k == -d || (k != d && At(v, d - 1, k - 1) < At(v, d - 1, k + 1)) ? At(v, d - 1, k + 1) : At(v, d - 1, k - 1) + 1;
                while (x < n && x - k < m && x - k >= 0 && a[head + x].SequenceEqual(b[head + x - k]))
                {
                    x++;
                }

                next[k + d] = x;
                if (k == n - m && x >= n)
                {
                    return trace;
                }
            }

            v = next;
        }

        return null;
    }

    private static int At(int[] v, int d, int k) => v[k + d];

    /// <summary>The changes are found from the end; touching ones are one change.</summary>
    private static void Prepend(List<LineChange> changes, LineChange change)
    {
        if (changes.Count > 0 && changes[^1].OldStart == change.OldEnd && changes[^1].NewStart == change.NewEnd)
        {
            var later = changes[^1];
            changes[^1] = new LineChange(change.OldStart, later.OldEnd, change.NewStart, later.NewEnd);
        }
        else
        {
            changes.Add(change);
        }
    }
}
