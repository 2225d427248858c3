using System.Text;

namespace Why502.Nginx.Edits;

/// <summary>How a file is written: its line ends and what one level of indentation is.</summary>
internal sealed record FileStyle(byte[] NewLine, byte[] Step)
{
    /// <summary>So many directives are looked at for the step, and lines of at most so many blanks count as indented.</summary>
    private const int NodesLookedAtMax = 10_000, IndentationMax = 256;

    private static readonly byte[] DefaultStep = Encoding.ASCII.GetBytes("    ");

    public static FileStyle Of(ConfigurationFile file)
    {
        var bytes = file.Bytes;
        var at = bytes.AsSpan().IndexOf((byte)'\n');
        return new FileStyle(at > 0 && bytes[at - 1] == '\r' ? "\r\n"u8.ToArray() : "\n"u8.ToArray(), StepOf(file));
    }

    /// <summary>The first directive that is indented deeper than the block around it tells; in a flat file the first indented line does.</summary>
    private static byte[] StepOf(ConfigurationFile file)
    {
        var nodes = file.Tree.Nodes;
        for (var i = 1; i < Math.Min(nodes.Length, NodesLookedAtMax); i++)
        {
            if (nodes[i].Parent >= 0 && IndentationOf(file.Bytes, nodes[i].Start) is { } inner
                && IndentationOf(file.Bytes, nodes[nodes[i].Parent].Start) is { } outer
                && inner.Length > outer.Length && inner.AsSpan().StartsWith(outer))
            {
                return inner[outer.Length..];
            }
        }

        return file.Bytes.AsSpan().IndexOf("\n\t"u8) >= 0 ? [(byte)'\t'] : DefaultStep;
    }

    /// <summary>The blanks before the offset; null when something else stands on its line before it.</summary>
    private static byte[]? IndentationOf(byte[] bytes, int offset)
    {
        var start = Math.Max(0, offset - IndentationMax);
        var line = bytes.AsSpan(start, offset - start);
        var lineEnd = line.LastIndexOf((byte)'\n');
        return (lineEnd >= 0 || start == 0) && line[(lineEnd + 1)..].IndexOfAnyExcept(" \t"u8) < 0 ? line[(lineEnd + 1)..].ToArray() : null;
    }
}
