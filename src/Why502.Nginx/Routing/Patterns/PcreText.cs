using System.Globalization;
using System.Text;

namespace Why502.Nginx.Routing;

/// <summary>
/// A PCRE expression as a .NET one that means the same for bytes: nginx matches without UTF, so a character is a byte here (Latin-1), letters
/// fold in ASCII only, and groups keep PCRE's numbers (.NET would number named ones last). Null from <see cref="TryTranslate"/> for what .NET has not:
/// recursion, <c>\K</c>, verbs.
/// </summary>
internal sealed partial class PcreText
{
    private const int DepthMax = 200;

    private readonly string pcre;
    private readonly List<(string Name, int Group)> names = [];
    private int at;
    private int groups;
    private int groupsMost;
    private int depth;

    private PcreText(string pcre) => this.pcre = pcre;

    /// <summary>The expression, how many groups it has, and the names of the named ones.</summary>
    public sealed record Translation(string Text, int Groups, IReadOnlyList<(string Name, int Group)> Names);

    public static Translation? TryTranslate(string pcre, bool ignoreCase)
    {
        var reader = new PcreText(pcre);
        try
        {
            var text = reader.Alternation(new Flags { IgnoreCase = ignoreCase }, branchReset: false);
            return reader.at < pcre.Length ? null : new Translation(text, reader.groupsMost, reader.names);
        }
        catch (NotSupportedException)
        {
            return null;
        }
    }

    private static NotSupportedException Unsupported() => new("the expression uses what .NET has not");

    private bool Ended => at >= pcre.Length;

    private bool Follows(string text) => string.CompareOrdinal(pcre, at, text, 0, text.Length) == 0;

    private string Alternation(Flags flags, bool branchReset)
    {
        if (++depth > DepthMax)
        {
            throw Unsupported();
        }

        var text = new StringBuilder();
        var first = groups;
        var most = groups;
        while (true)
        {
            Sequence(text, flags);
            most = Math.Max(most, groups);
            if (Ended || pcre[at] != '|')
            {
                break;
            }

            at++;
            text.Append('|');
            if (branchReset)
            {
                groups = first;
            }
        }

        groups = most;
        groupsMost = Math.Max(groupsMost, groups);
        depth--;
        return text.ToString();
    }

    private void Sequence(StringBuilder text, Flags flags)
    {
        while (!Ended && pcre[at] is not '|' and not ')')
        {
            if (Atom(flags) is { } atom)
            {
                text.Append(Quantified(atom, flags));
            }
        }
    }

    /// <summary>The next atom; null for what stands for nothing (a comment, flags, white space of <c>(?x)</c>).</summary>
    private string? Atom(Flags flags)
    {
        var c = pcre[at];
        switch (c)
        {
            case '\\':
                return Escape(flags);
            case '[':
                return Class(flags);
            case '(':
                return Group(flags);
            case '.':
                at++;
                return flags.DotAll ? @"[\s\S]" : @"[^\n]";
            case '^':
                at++;
                return flags.Multiline ? "(?m:^)" : "^";
            case '$':
                at++;
                return flags.Multiline ? "(?m:$)" : "$";
            case '#' when flags.Extended:
                at = pcre.IndexOf('\n', at) is var end and >= 0 ? end + 1 : pcre.Length;
                return null;
            case ' ' or '\t' or '\n' or '\r' or '\f' or '\v' when flags.Extended:
                at++;
                return null;
            default:
                at++;
                return Literal(c, flags);
        }
    }

    private static string Literal(char c, Flags flags)
    {
        if (flags.IgnoreCase && char.IsAsciiLetter(c))
        {
            return $"[{char.ToLowerInvariant(c)}{char.ToUpperInvariant(c)}]";
        }

        return char.IsAsciiLetterOrDigit(c) || c is '/' or '_' or '-' ? c.ToString() : Hex(c);
    }

    private static string Hex(int c) => string.Create(CultureInfo.InvariantCulture, $"\\x{c:X2}");

    private string Quantified(string atom, Flags flags)
    {
        if (Ended)
        {
            return atom;
        }

        string quantifier;
        switch (pcre[at])
        {
            case '*' or '+' or '?':
                quantifier = pcre[at++].ToString();
                break;
            case '{' when Repetition() is { } written:
                quantifier = written;
                break;
            default:
                return atom;
        }

        var lazy = flags.Ungreedy;
        if (!Ended && pcre[at] == '+')
        {
            at++;
            return $"(?>(?:{atom}){quantifier})";
        }

        if (!Ended && pcre[at] == '?')
        {
            at++;
            lazy = !lazy;
        }

        return $"(?:{atom}){quantifier}{(lazy ? "?" : "")}";
    }

    /// <summary><c>{n}</c>, <c>{n,}</c> or <c>{n,m}</c>; anything else in braces is literal text (pcre2pattern, Repetition).</summary>
    private string? Repetition()
    {
        var end = pcre.IndexOf('}', at);
        if (end < 0)
        {
            return null;
        }

        var inside = pcre.AsSpan(at + 1, end - at - 1);
        var comma = inside.IndexOf(',');
        var low = comma < 0 ? inside : inside[..comma];
        var high = comma < 0 ? default : inside[(comma + 1)..];
        if (low.IsEmpty || low.ContainsAnyExceptInRange('0', '9') || high.ContainsAnyExceptInRange('0', '9') || low.Length > 5 || high.Length > 5)
        {
            return null;
        }

        at = end + 1;
        return $"{{{inside}}}";
    }

    private sealed record Flags
    {
        public bool IgnoreCase { get; set; }

        public bool Multiline { get; set; }

        public bool DotAll { get; set; }

        public bool Extended { get; set; }

        public bool Ungreedy { get; set; }

        public void Take(Flags other) =>
            (IgnoreCase, Multiline, DotAll, Extended, Ungreedy) = (other.IgnoreCase, other.Multiline, other.DotAll, other.Extended, other.Ungreedy);
    }
}
