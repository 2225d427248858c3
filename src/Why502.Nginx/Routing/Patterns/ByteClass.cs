using System.Globalization;
using System.Text;

namespace Why502.Nginx.Routing;

/// <summary>A set of bytes, which is what every PCRE class comes down to without UTF and in the C locale.</summary>
internal sealed class ByteClass
{
    private readonly bool[] members = new bool[256];

    private static readonly ByteClass Digits = Of(char.IsAsciiDigit);
    private static readonly ByteClass Words = Of(c => char.IsAsciiLetterOrDigit(c) || c == '_');
    private static readonly ByteClass Spaces = Of(c => c is ' ' or >= '\t' and <= '\r');
    private static readonly ByteClass HorizontalSpaces = Of(c => c is ' ' or '\t' or '\u00A0');
    private static readonly ByteClass VerticalSpaces = Of(c => c is >= '\n' and <= '\r' or '\u0085');
    private static readonly ByteClass NewLine = Of(c => c == '\n');

    private static readonly (string Name, ByteClass Class)[] Posix =
    [
        ("alpha", Of(char.IsAsciiLetter)), ("digit", Digits), ("alnum", Of(char.IsAsciiLetterOrDigit)), ("upper", Of(char.IsAsciiLetterUpper)),
        ("lower", Of(char.IsAsciiLetterLower)), ("space", Spaces), ("xdigit", Of(char.IsAsciiHexDigit)), ("word", Words),
        ("blank", Of(c => c is ' ' or '\t')), ("cntrl", Of(c => c is < ' ' or '\u007F')), ("graph", Of(c => c is > ' ' and < '\u007F')),
        ("print", Of(c => c is >= ' ' and < '\u007F')), ("ascii", Of(c => c < '\u0080')),
        ("punct", Of(c => c is > ' ' and < '\u007F' && !char.IsAsciiLetterOrDigit(c))),
    ];

    /// <summary>The set behind <c>\d</c>, <c>\W</c> and their like; null when the letter stands for no set.</summary>
    public static ByteClass? OfEscape(char letter) => letter switch
    {
        'd' => Digits,
        'D' => Digits.Inverted(),
        'w' => Words,
        'W' => Words.Inverted(),
        's' => Spaces,
        'S' => Spaces.Inverted(),
        'h' => HorizontalSpaces,
        'H' => HorizontalSpaces.Inverted(),
        'v' => VerticalSpaces,
        'V' => VerticalSpaces.Inverted(),
        'N' => NewLine.Inverted(),
        _ => null,
    };

    /// <summary><c>[:alpha:]</c> or <c>[:^alpha:]</c> at the start of the text.</summary>
    public static bool TryPosix(ReadOnlySpan<char> text, out ByteClass found, out int length)
    {
        var end = text.IndexOf(":]");
        var name = end < 0 ? default : text[2..end];
        var negated = name.StartsWith('^');
        foreach (var (known, set) in Posix)
        {
            if (!name.IsEmpty && name[(negated ? 1 : 0)..].SequenceEqual(known))
            {
                found = negated ? set.Inverted() : set;
                length = end + 2;
                return true;
            }
        }

        found = Digits;
        length = 0;
        return false;
    }

    public void Add(int low, int high)
    {
        for (var c = low; c <= Math.Min(high, 255); c++)
        {
            members[c] = true;
        }
    }

    public void Add(ByteClass other)
    {
        for (var c = 0; c < members.Length; c++)
        {
            members[c] |= other.members[c];
        }
    }

    public void FoldCase()
    {
        for (var c = 'a'; c <= 'z'; c++)
        {
            members[c] = members[c - 32] = members[c] || members[c - 32];
        }
    }

    public ByteClass Inverted()
    {
        var inverted = new ByteClass();
        for (var c = 0; c < members.Length; c++)
        {
            inverted.members[c] = !members[c];
        }

        return inverted;
    }

    /// <summary>As a .NET character class.</summary>
    public override string ToString()
    {
        var text = new StringBuilder("[");
        for (var c = 0; c < members.Length; c++)
        {
            if (!members[c])
            {
                continue;
            }

            var last = c;
            while (last + 1 < members.Length && members[last + 1])
            {
                last++;
            }

            text.Append(CultureInfo.InvariantCulture, $"\\x{c:X2}");
            if (last > c)
            {
                text.Append(CultureInfo.InvariantCulture, $"-\\x{last:X2}");
            }

            c = last;
        }

        // An empty class is legal in .NET only as "nothing matches".
        return text.Length == 1 ? "(?!)" : text.Append(']').ToString();
    }

    private static ByteClass Of(Func<char, bool> has)
    {
        var set = new ByteClass();
        for (var c = 0; c < 256; c++)
        {
            set.members[c] = has((char)c);
        }

        return set;
    }
}
