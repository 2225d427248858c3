using System.Text;

namespace Why502.Nginx.Edits;

/// <summary>Where a new directive goes in a block, and with which indentation and line end.</summary>
internal sealed record EditPlace(int Offset, string Before, string Behind)
{
    public (ByteSpan Span, byte[] Text) Insertion(string directive) =>
        (new ByteSpan(Offset, Offset), Encoding.UTF8.GetBytes(Before + directive + Behind));

    public static EditPlace In(Directive block)
    {
        var bytes = block.File.Bytes;
        var newLine = NewLineOf(bytes);
        var written = block.Written ?? [];
        var neighbour = written.LastOrDefault(d => PassTarget.IsPass(d.Name))
            ?? written.LastOrDefault(d => d.Written is null && d.RawBody is null && !d.Is("include"))
            ?? written.LastOrDefault(d => d.Written is null && d.RawBody is null);
        if (neighbour is not null)
        {
            return After(bytes, neighbour, newLine);
        }

        return AtTop(bytes, block, newLine);
    }

    /// <summary>On a line of its own behind a neighbour; a comment at the end of the neighbour's line stays with it.</summary>
    private static EditPlace After(byte[] bytes, Directive neighbour, string newLine)
    {
        var end = neighbour.Span.End;
        var lineEnd = LineEnd(bytes, end);
        var rest = bytes.AsSpan(end, lineEnd - end).Trim(" \t\r"u8);
        if (!StartsItsLine(bytes, neighbour.Span.Start) || !(rest.IsEmpty || rest.StartsWith("#"u8)))
        {
            return new EditPlace(end, " ", string.Empty);
        }

        var at = rest.IsEmpty ? end : end + bytes.AsSpan(end, lineEnd - end).TrimEnd(" \t\r"u8).Length;
        return new EditPlace(at, newLine + IndentationOf(bytes, neighbour.Span.Start), string.Empty);
    }

    private static EditPlace AtTop(byte[] bytes, Directive block, string newLine)
    {
        var body = block.BodySpan ?? new ByteSpan(block.Span.End, block.Span.End);
        var indentation = block.Index < 0 ? string.Empty : IndentationOf(bytes, block.Span.Start);
        var step = block.Index < 0 ? string.Empty : indentation.Contains('\t') || UsesTabs(bytes) ? "\t" : "    ";
        var first = block.Written is { Count: > 0 } written ? written[0] : null;
        if (first is not null && StartsItsLine(bytes, first.Span.Start))
        {
            var own = IndentationOf(bytes, first.Span.Start);
            return new EditPlace(first.Span.Start, string.Empty, newLine + own);
        }

        var closesOnSameLine = bytes.AsSpan(body.Start, body.Length).IndexOf((byte)'\n') < 0;
        return new EditPlace(body.Start, newLine + indentation + step, closesOnSameLine ? newLine + indentation : string.Empty);
    }

    private static string NewLineOf(byte[] bytes)
    {
        var at = bytes.AsSpan().IndexOf((byte)'\n');
        return at > 0 && bytes[at - 1] == '\r' ? "\r\n" : "\n";
    }

    private static bool UsesTabs(byte[] bytes) => bytes.AsSpan().IndexOf("\n\t"u8) >= 0;

    private static int LineEnd(byte[] bytes, int from)
    {
        var end = bytes.AsSpan(from).IndexOf((byte)'\n');
        return end < 0 ? bytes.Length : from + end;
    }

    private static int LineStart(byte[] bytes, int at) => bytes.AsSpan(0, at).LastIndexOf((byte)'\n') + 1;

    private static bool StartsItsLine(byte[] bytes, int at)
    {
        var start = LineStart(bytes, at);
        return bytes.AsSpan(start, at - start).Trim(" \t"u8).IsEmpty;
    }

    private static string IndentationOf(byte[] bytes, int at)
    {
        var start = LineStart(bytes, at);
        var line = bytes.AsSpan(start, at - start);
        var blank = line.IndexOfAnyExcept(" \t"u8);
        return Encoding.ASCII.GetString(blank < 0 ? line : line[..blank]);
    }
}
