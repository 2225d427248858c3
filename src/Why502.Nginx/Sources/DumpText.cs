using Why502.Nginx.Syntax;

namespace Why502.Nginx;

/// <summary>
/// The output of <c>nginx -T</c>, also pasted with noise around it: each file begins with a line
/// <c># configuration file PATH:</c> (nginx.c, ngx_show_configuration), the main one first.
/// </summary>
public static class DumpText
{
    private static ReadOnlySpan<byte> Marker => "# configuration file "u8;

    public static bool IsDump(ReadOnlySpan<byte> text) => NextMarker(text, 0, out _, out _) >= 0 || DumpPrefix.Length(text, Marker) > 0;

    /// <summary>The files of a dump in order; what precedes the first marker (nginx's own "syntax is ok") is dropped.</summary>
    public static IReadOnlyList<KeyValuePair<string, byte[]>> Split(ReadOnlySpan<byte> text)
    {
        var files = new List<KeyValuePair<string, byte[]>>();
        if (NextMarker(text, 0, out _, out _) < 0 && DumpPrefix.Length(text, Marker) is > 0 and var prefix)
        {
            text = DumpPrefix.Removed(text, Marker, prefix);
        }

        var marker = NextMarker(text, 0, out var path, out var content);
        while (marker >= 0)
        {
            var next = NextMarker(text, content, out var nextPath, out var nextContent);
            var body = text[content..(next < 0 ? text.Length : next)];
            // nginx writes one line feed of its own behind each file.
            if (body.EndsWith("\n"u8))
            {
                body = body[..^1];
            }

            // Only the last file has no marker behind it that tells where it ends.
            body = next < 0 ? WithoutNoiseBehind(body) : body;

            files.Add(new(path, body.ToArray()));
            (marker, path, content) = (next, nextPath, nextContent);
        }

        return files;
    }

    /// <summary>
    /// What was pasted along behind the dump: a prompt, the next command's output. nginx dumps only what it accepts, so words behind the last
    /// directive that do not make directives are not the file's.
    /// </summary>
    private static ReadOnlySpan<byte> WithoutNoiseBehind(ReadOnlySpan<byte> body)
    {
        var tree = SyntaxParser.Parse(body);
        var problems = tree.Problems;
        if (problems.Count == 0)
        {
            return body;
        }

        var end = 0;
        for (var i = 0; i < tree.Nodes.Length; i = tree.Node(i).Next)
        {
            end = BlockContexts.Fits(tree, body, i) != 0 && tree.Node(i).End <= problems[0].Offset ? tree.Node(i).End : end;
        }

        foreach (var comment in tree.Comments)
        {
            end = comment.Start >= end && body[end..comment.Start].IndexOfAnyExcept(" \t\r\n"u8) < 0 ? comment.Start + comment.Length : end;
        }

        var lineEnd = body[end..].IndexOf((byte)'\n');
        var hasNoiseOnly = problems[0].Offset >= end && end > 0 && lineEnd >= 0 && body.Slice(end, lineEnd).IndexOfAnyExcept(" \t\r"u8) < 0;
        return hasNoiseOnly ? body[..(end + lineEnd + 1)] : body;
    }

    private static int NextMarker(ReadOnlySpan<byte> text, int from, out string path, out int content)
    {
        while (from < text.Length)
        {
            var found = text[from..].IndexOf(Marker);
            if (found < 0)
            {
                break;
            }

            var at = from + found;
            var lineEnd = text[at..].IndexOf((byte)'\n');
            var line = lineEnd < 0 ? text[at..] : text.Slice(at, lineEnd);
            var name = line[Marker.Length..].TrimEnd("\r "u8);
            if ((at == 0 || text[at - 1] == '\n') && name.EndsWith(":"u8) && name.Length > 1)
            {
                path = TextOf.Bytes(name[..^1]);
                content = lineEnd < 0 ? text.Length : at + lineEnd + 1;
                return at;
            }

            from = at + Marker.Length;
        }

        path = string.Empty;
        content = text.Length;
        return -1;
    }
}
