using System.Text;
using System.Text.Unicode;

namespace Why502.Nginx.Syntax;

/// <summary>Bytes to text and back: UTF-8 where the bytes are UTF-8, else one character per byte (Latin-1), so nothing is ever lost or refused.</summary>
internal static class TextOf
{
    public static string Bytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return string.Empty;
        }

        return Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : Encoding.Latin1.GetString(bytes);
    }

    /// <summary>The word's value as ngx_conf_read_token stores it: <c>\" \' \\ \t \r \n</c> are resolved, any other backslash stays.</summary>
    public static string Word(ReadOnlySpan<byte> file, Token token)
    {
        var raw = file.Slice(token.Start, token.Length);
        return Bytes((token.Flags & TokenFlags.Escaped) == 0 ? raw : Unescaped(raw));
    }

    /// <summary>The word's value with one character per byte, which is how nginx matches and sends it.</summary>
    public static string WordBytes(ReadOnlySpan<byte> file, Token token)
    {
        var raw = file.Slice(token.Start, token.Length);
        return Encoding.Latin1.GetString((token.Flags & TokenFlags.Escaped) == 0 ? raw : Unescaped(raw));
    }

    private static ReadOnlySpan<byte> Unescaped(ReadOnlySpan<byte> raw)
    {
        var value = new byte[raw.Length];
        var length = 0;
        for (var i = 0; i < raw.Length; i++)
        {
            var c = raw[i];
            if (c == '\\' && i + 1 < raw.Length)
            {
                var resolved = raw[i + 1] switch
                {
                    (byte)'"' or (byte)'\'' or (byte)'\\' => raw[i + 1],
                    (byte)'t' => (byte)'\t',
                    (byte)'r' => (byte)'\r',
                    (byte)'n' => (byte)'\n',
                    _ => (byte)0,
                };
                if (resolved != 0)
                {
                    c = resolved;
                    i++;
                }
            }

            value[length++] = c;
        }

        return value.AsSpan(0, length);
    }
}
