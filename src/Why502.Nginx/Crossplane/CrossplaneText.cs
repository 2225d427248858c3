using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Why502.Nginx.Syntax;

namespace Why502.Nginx.Crossplane;

/// <summary>Words as crossplane has them: as written, except that its own quote loses the backslash before it in a quoted word.</summary>
internal static class CrossplaneText
{
    /// <summary>Always valid JSON: what is not UTF-8 becomes U+FFFD, as in crossplane.</summary>
    public static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> raw)
    {
        if (Utf8.IsValid(raw))
        {
            json.WriteStringValue(raw);
        }
        else
        {
            json.WriteStringValue(Encoding.UTF8.GetString(raw));
        }
    }

    public static ReadOnlySpan<byte> Word(ReadOnlySpan<byte> text, Token token)
    {
        var raw = text.Slice(token.Start, token.Length);
        if ((token.Flags & (TokenFlags.Quoted | TokenFlags.Escaped)) != (TokenFlags.Quoted | TokenFlags.Escaped))
        {
            return raw;
        }

        var quote = text[token.Start - 1];
        var value = new byte[raw.Length];
        var length = 0;
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] == '\\' && i + 1 < raw.Length)
            {
                if (raw[i + 1] != quote)
                {
                    value[length++] = raw[i];
                }

                i++;
            }

            value[length++] = raw[i];
        }

        return value.AsSpan(0, length);
    }

    /// <summary>What stands behind the <c>#</c>. A backslash takes the line feed along, and both are lost; a carriage return belongs to the line's end.</summary>
    public static ReadOnlySpan<byte> Comment(ReadOnlySpan<byte> text, Comment comment)
    {
        var value = text.Slice(comment.Start + 1, comment.Length - 1);
        if (value.EndsWith("\r"u8))
        {
            return value[..^1];
        }

        var backslashes = value.Length - value.TrimEnd((byte)'\\').Length;
        return backslashes % 2 == 1 ? value[..^1] : value;
    }
}
