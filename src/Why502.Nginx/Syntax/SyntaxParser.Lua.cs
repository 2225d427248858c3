using System.Buffers;

namespace Why502.Nginx.Syntax;

/// <summary>The lua module reads the body of its blocks with a lexer of its own (ngx_http_lua_conf_lua_block_parse).</summary>
internal ref partial struct SyntaxParser
{
    private static readonly SearchValues<byte> LuaMarks = SearchValues.Create("{}-[\"'"u8);

    private readonly bool IsLuaBlock(int node)
    {
        if (nodes[node].TokenCount == 0)
        {
            return false;
        }

        var name = tokens[nodes[node].FirstToken];
        return text.Slice(name.Start, name.Length).EndsWith("_by_lua_block"u8);
    }

    private void ReadLuaBody(int node)
    {
        var start = pos;
        var startLine = line;
        var end = FindLuaEnd(start, out var lastBrace, out var longBracket);
        line += text[start..end].Count((byte)'\n');
        if (longBracket >= 0)
        {
            ReportLongBracket(longBracket, startLine + text[start..longBracket].Count((byte)'\n'));
        }

        nodes[node].IsRaw = true;
        nodes[node].BodyEnd = end;
        nodes[node].EndLine = line;
        nodes[node].Next = node + 1;
        if (end < text.Length)
        {
            pos = end + 1;
        }
        else
        {
            pos = end;
            if (longBracket < 0)
            {
                // ngx_http_lua_conf_read_lua_token goes back to the line of the last opening brace.
                var braceLine = startLine + text[start..lastBrace].Count((byte)'\n');
                Report(end, braceLine, "unexpected end of file, expecting terminating characters for lua code block");
            }
        }

        nodes[node].End = pos;
    }

    private void ReportLongBracket(int at, int atLine)
    {
        var equals = new string('=', Math.Min(16, text[(at + 1)..].IndexOfAnyExcept((byte)'=')));
        Report(at, atLine, $"Lua code block missing the closing long bracket \"]{equals}]\"", $"nginx reads at most {WordBytesMax} bytes of it");
    }

    /// <param name="lastBrace">The last opening brace, or where the body begins.</param>
    /// <param name="longBracket">The first long bracket that cannot fit into nginx's buffer, which the lua module searches for its end; -1 when there is none.</param>
    private readonly int FindLuaEnd(int from, out int lastBrace, out int longBracket)
    {
        var depth = 1;
        lastBrace = from;
        longBracket = -1;
        var i = from;
        while (i < text.Length)
        {
            var next = text[i..].IndexOfAny(LuaMarks);
            if (next < 0)
            {
                break;
            }

            i += next;
            switch (text[i])
            {
                case (byte)'{':
                    depth++;
                    lastBrace = i;
                    i++;
                    break;
                case (byte)'}':
                    if (--depth == 0)
                    {
                        return i;
                    }

                    i++;
                    break;
                case (byte)'-':
                    i = i + 1 < text.Length && text[i + 1] == '-' ? SkipLuaComment(i + 2, ref longBracket) : i + 1;
                    break;
                case (byte)'[':
                    i = SkipLongBracket(i, ref longBracket) ?? i + 1;
                    break;
                default:
                    i = SkipLuaString(i);
                    break;
            }
        }

        return text.Length;
    }

    private readonly int SkipLuaComment(int at, ref int longBracket)
    {
        if (at < text.Length && text[at] == '[' && SkipLongBracket(at, ref longBracket) is { } end)
        {
            return end;
        }

        var newLine = text[at..].IndexOf((byte)'\n');
        return newLine < 0 ? text.Length : at + newLine;
    }

    /// <summary><c>[==[ … ]==]</c>: null when no long bracket starts here.</summary>
    private readonly int? SkipLongBracket(int at, ref int longBracket)
    {
        var level = at + 1;
        while (level < text.Length && text[level] == '=')
        {
            level++;
        }

        if (level >= text.Length || text[level] != '[')
        {
            return null;
        }

        var equals = level - at - 1;
        var i = level + 1;
        while (i < text.Length)
        {
            var close = text[i..].IndexOf((byte)']');
            if (close < 0)
            {
                break;
            }

            i += close + 1;
            var run = text[i..].IndexOfAnyExcept((byte)'=');
            if (run == equals && text[i + run] == ']')
            {
                i += run + 1;
                longBracket = !FitsLuaBuffer(at, i) && longBracket < 0 ? at : longBracket;
                return i;
            }
        }

        longBracket = longBracket < 0 ? at : longBracket;
        return text.Length;
    }

    /// <summary>
    /// The lua module looks for the closing bracket in what nginx has read, and reads on only when less than a third is left. In the first
    /// buffer it is certain what that is; behind it we give a bracket the benefit of the doubt.
    /// </summary>
    private static bool FitsLuaBuffer(int start, int end) =>
        end - start <= WordBytesMax && (end <= WordBytesMax || start > WordBytesMax - (WordBytesMax / 3));

    private readonly int SkipLuaString(int at)
    {
        var quote = text[at];
        var i = at + 1;
        while (i < text.Length)
        {
            var next = text[i..].IndexOfAny(quote, (byte)'\\', (byte)'\n');
            if (next < 0)
            {
                return text.Length;
            }

            i += next;
            if (text[i] == '\\')
            {
                i += 2;
                continue;
            }

            // Lua forbids a raw line feed in a short string, so an odd apostrophe costs its own line only.
            return i + 1;
        }

        return text.Length;
    }
}
