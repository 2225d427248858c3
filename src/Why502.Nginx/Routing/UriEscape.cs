using System.Globalization;
using System.Text;

namespace Why502.Nginx.Routing;

/// <summary>ngx_escape_uri and ngx_unescape_uri.</summary>
internal static class UriEscape
{
    /// <summary>NGX_ESCAPE_URI: what may not stand in a path as it is.</summary>
    public static string Path(string text) => Escape(text, IsEscapedInPath);

    /// <summary>NGX_ESCAPE_ARGS: as in a path, and <c>&amp; + ;</c>.</summary>
    public static string Arguments(string text) => Escape(text, c => IsEscapedInPath(c) || c is '&' or '+' or ';');

    /// <summary>NGX_UNESCAPE_REDIRECT: printable characters above <c>%</c> are decoded, up to the first question mark.</summary>
    public static string UnescapeRedirect(string text)
    {
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '?')
            {
                return result.Append(text, i, text.Length - i).ToString();
            }

            if (c != '%')
            {
                result.Append(c);
                continue;
            }

            if (i + 1 >= text.Length)
            {
                break;
            }

            if (!char.IsAsciiHexDigit(text[i + 1]))
            {
                // The percent sign of an invalid pair is dropped.
                result.Append(text[++i]);
                continue;
            }

            if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 2]))
            {
                i += 2;
                continue;
            }

            var decoded = (char)byte.Parse(text.AsSpan(i + 1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            i += 2;
            // The test for '?' stands only where the second digit is a letter, which it is in %3F.
            if (decoded == '?')
            {
                return result.Append('?').Append(text, i + 1, text.Length - i - 1).ToString();
            }

            if (decoded is > '%' and < '\u007F')
            {
                result.Append(decoded);
            }
            else
            {
                result.Append(text, i - 2, 3);
            }
        }

        return result.ToString();
    }

    // The bit map "uri" of ngx_escape_uri: controls, space, " # % < > ? \ ^ ` { | } DEL and everything above ASCII.
    private static bool IsEscapedInPath(char c) =>
        c is <= ' ' or '"' or '#' or '%' or '<' or '>' or '?' or '\\' or '^' or '`' or '{' or '|' or '}' or (>= '\u007F' and < '\u0100');

    private static string Escape(string text, Func<char, bool> escaped)
    {
        if (!text.Any(escaped))
        {
            return text;
        }

        var result = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            if (escaped(c))
            {
                result.Append(CultureInfo.InvariantCulture, $"%{(int)c:X2}");
            }
            else
            {
                result.Append(c);
            }
        }

        return result.ToString();
    }
}
