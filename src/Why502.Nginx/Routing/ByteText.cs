using System.Text;
using System.Text.Unicode;
using Why502.Nginx.Syntax;

namespace Why502.Nginx.Routing;

/// <summary>Text with one character per byte (Latin-1): nginx compares and sends bytes, whatever characters they make.</summary>
internal static class ByteText
{
    /// <summary>Stands in a value for what cannot be known here, such as <c>$remote_port</c>. No byte is this character, so nothing matches it.</summary>
    public const char Unknown = '\uFFFF';

    /// <summary>A directive's name and arguments.</summary>
    public static string[] Words(Directive directive)
    {
        if (directive.Index < 0)
        {
            return [directive.Name, .. directive.Arguments];
        }

        var tokens = directive.File.Tree.TokensOf(directive.Index);
        var words = new string[tokens.Length];
        for (var i = 0; i < words.Length; i++)
        {
            words[i] = TextOf.WordBytes(directive.File.Bytes, tokens[i]);
        }

        return words;
    }

    /// <summary>The first argument; empty when there is none, which only a broken configuration has.</summary>
    public static string Argument(Directive directive) => directive.Arguments.Count > 0 ? Words(directive)[1] : string.Empty;

    public static string Of(string text) => Ascii.IsValid(text) ? text : Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    /// <summary>The text for people and JSON; bytes that are not UTF-8 stay one character each, and what is unknown shows as a question mark.</summary>
    public static string ToText(string bytes) => Ascii.IsValid(bytes) ? bytes : TextOf.Bytes(Encoding.Latin1.GetBytes(bytes.Replace(Unknown, '?')));

    public static bool IsKnown(string bytes) => !bytes.Contains(Unknown);

    /// <summary>ngx_strlow: only ASCII letters have a small form.</summary>
    public static string Lower(string bytes) =>
        bytes.AsSpan().ContainsAnyInRange('A', 'Z')
            ? string.Create(bytes.Length, bytes, (into, from) =>
            {
                for (var i = 0; i < into.Length; i++)
                {
                    into[i] = char.IsAsciiLetterUpper(from[i]) ? (char)(from[i] | 0x20) : from[i];
                }
            })
            : bytes;
}
