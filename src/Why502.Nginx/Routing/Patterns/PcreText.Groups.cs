using System.Globalization;

namespace Why502.Nginx.Routing;

/// <summary>What begins with a parenthesis.</summary>
internal sealed partial class PcreText
{
    private string? Group(Flags flags)
    {
        at++;
        if (Follows("*"))
        {
            throw Unsupported();
        }

        if (!Follows("?"))
        {
            return Captured(flags);
        }

        at++;
        foreach (var plain in (ReadOnlySpan<string>)["<=", "<!", ":", "=", "!", ">"])
        {
            if (Follows(plain))
            {
                at += plain.Length;
                return Closed($"(?{plain}", flags, false);
            }
        }

        if (Follows("|"))
        {
            at++;
            return Closed("(?:", flags, true);
        }

        if (Follows("#"))
        {
            at = pcre.IndexOf(')', at) is var end and >= 0 ? end + 1 : throw Unsupported();
            return null;
        }

        return Follows("P") || Follows("<") || Follows("'") ? Named(flags) : Follows("(") ? Conditional(flags) : FlagGroup(flags);
    }

    private string Captured(Flags flags)
    {
        var number = ++groups;
        groupsMost = Math.Max(groupsMost, groups);
        return Closed($"(?<{number}>", flags, false);
    }

    private string Closed(string open, Flags flags, bool branchReset)
    {
        // A copy: flags that are set inside end with the group.
        var inside = Alternation(flags with { }, branchReset);
        if (Ended)
        {
            throw Unsupported();
        }

        at++;
        return open + inside + ")";
    }

    private string Named(Flags flags)
    {
        if (Follows("P"))
        {
            at++;
            if (Follows("="))
            {
                var end = pcre.IndexOf(')', at);
                var referred = end < 0 ? throw Unsupported() : pcre[(at + 1)..end];
                at = end + 1;
                return Reference(referred, flags);
            }

            if (!Follows("<"))
            {
                throw Unsupported();
            }
        }

        names.Add((NameBetweenBrackets(), groups + 1));
        return Captured(flags);
    }

    private string Conditional(Flags flags)
    {
        var end = pcre.IndexOf(')', at);
        var condition = end < 0 ? throw Unsupported() : pcre[(at + 1)..end].Trim('<', '>', '\'');
        var number = int.TryParse(condition, NumberStyles.None, CultureInfo.InvariantCulture, out var written)
            ? written
            : names.Find(n => n.Name == condition).Group;
        if (number == 0)
        {
            throw Unsupported();
        }

        at = end + 1;
        return Closed($"(?({number})", flags, false);
    }

    /// <summary><c>(?i-s)</c> to the end of the enclosing group, or <c>(?i-s:…)</c>.</summary>
    private string? FlagGroup(Flags flags)
    {
        var inner = flags with { };
        for (var on = true; !Ended; at++)
        {
            switch (pcre[at])
            {
                case 'i':
                    inner.IgnoreCase = on;
                    break;
                case 'm':
                    inner.Multiline = on;
                    break;
                case 's':
                    inner.DotAll = on;
                    break;
                case 'x':
                    inner.Extended = on;
                    break;
                case 'U':
                    inner.Ungreedy = on;
                    break;
                case 'J':
                    break;
                case '^':
                    (inner.IgnoreCase, inner.Multiline, inner.DotAll, inner.Extended) = (false, false, false, false);
                    break;
                case '-':
                    on = false;
                    break;
                case ')':
                    at++;
                    flags.Take(inner);
                    return null;
                case ':':
                    at++;
                    return Closed("(?:", inner, false);
                default:
                    throw Unsupported();
            }
        }

        throw Unsupported();
    }
}
