using System.Buffers;
using System.Text;

namespace Why502.Logs;

/// <summary>
/// One of nginx's format strings (ngx_string.c: ngx_vslprintf) turned around: it says whether a text can have been printed by it.
/// Matching is a glob with typed numbers: linear in the text for each part, without backtracking, so hostile text cannot make it slow.
/// </summary>
internal sealed class MessageFormat
{
    private enum Token : byte
    {
        Literal,
        Number,
        Hex,
        Fraction,
        Char,
        Text,
    }

    private sealed record Part(Token Token, byte[] Literal);

    /// <summary>Runs of literals and numbers between free texts; a run's extent is fixed by its start.</summary>
    private readonly Part[][] _runs;
    private readonly bool _startsFree;
    private readonly bool _endsFree;

    public byte[] Prefix { get; }

    public List<byte[]> Literals
    {
        get
        {
            List<byte[]> literals = [];
            foreach (Part[] run in _runs)
            {
                foreach (Part part in run)
                {
                    if (part.Token == Token.Literal)
                    {
                        literals.Add(part.Literal);
                    }
                }
            }

            return literals;
        }
    }

    /// <summary>Literal bytes: the more of them, the more a match means.</summary>
    public int Weight { get; }

    /// <summary>Conversions that take any text.</summary>
    public int FreeTexts { get; }

    private readonly LetterPairs _pairs;

    public MessageFormat(string format)
    {
        List<Part> parts = Compile(WithoutHead(format));
        Weight = parts.Sum(p => p.Literal.Length);
        FreeTexts = parts.Count(p => p.Token == Token.Text);
        foreach (Part part in parts)
        {
            _pairs.Add(part.Literal);
        }

        Prefix = parts.Count > 0 && parts[0].Token == Token.Literal ? parts[0].Literal : [];
        List<Part[]> runs = [];
        List<Part> run = [];
        foreach (Part part in parts)
        {
            if (part.Token != Token.Text)
            {
                run.Add(part);
            }
            else if (run.Count > 0)
            {
                runs.Add([.. run]);
                run.Clear();
            }
        }

        if (run.Count > 0)
        {
            runs.Add([.. run]);
        }

        _runs = [.. runs];
        _startsFree = parts.Count > 0 && parts[0].Token == Token.Text;
        _endsFree = parts.Count > 0 && parts[^1].Token == Token.Text;
    }

    /// <summary>A few formats print the level or the connection number themselves; the line's head has taken them by then.</summary>
    private static string WithoutHead(string format)
    {
        foreach (string head in (ReadOnlySpan<string>)["[emerg]: ", "[emerg] ", "[alert] ", "[warn] ", "*%uA "])
        {
            if (format.StartsWith(head, StringComparison.Ordinal))
            {
                return format[head.Length..];
            }
        }

        return format;
    }

    /// <summary>Whether the text can have been printed by this format.</summary>
    /// <param name="text">The whole message.</param>
    /// <param name="pairs">Those of the text: most formats are told by them.</param>
    public bool Matches(ReadOnlySpan<byte> text, in LetterPairs pairs)
    {
        if (!_pairs.AreIn(pairs))
        {
            return false;
        }

        int at = 0;
        for (int i = 0; i < _runs.Length; i++)
        {
            bool last = i == _runs.Length - 1 && !_endsFree;
            int end = i == 0 && !_startsFree ? MatchRun(_runs[i], text, 0) : Find(_runs[i], text, at, last);
            if (end < 0 || (last && end != text.Length))
            {
                return false;
            }

            at = end;
        }

        return _endsFree || at == text.Length;
    }

    private static int Find(Part[] run, ReadOnlySpan<byte> text, int from, bool toEnd)
    {
        if (toEnd && run.Length == 1 && run[0].Token == Token.Literal)
        {
            return text.Length - run[0].Literal.Length >= from && text.EndsWith(run[0].Literal) ? text.Length : -1;
        }

        for (int at = from; at <= text.Length; at++)
        {
            if (run[0].Token == Token.Literal)
            {
                int skip = text[at..].IndexOf(run[0].Literal);
                if (skip < 0)
                {
                    return -1;
                }

                at += skip;
            }

            int end = MatchRun(run, text, at);
            if (end >= 0 && (!toEnd || end == text.Length))
            {
                return end;
            }
        }

        return -1;
    }

    private static readonly SearchValues<byte> Digits = SearchValues.Create("0123456789"u8);
    private static readonly SearchValues<byte> HexDigits = SearchValues.Create("0123456789abcdefABCDEF"u8);
    private static readonly SearchValues<byte> Fractions = SearchValues.Create("0123456789."u8);

    private static int MatchRun(Part[] run, ReadOnlySpan<byte> text, int at)
    {
        foreach (Part part in run)
        {
            ReadOnlySpan<byte> rest = text[at..];
            int length = part.Token switch
            {
                Token.Literal => rest.StartsWith(part.Literal) ? part.Literal.Length : -1,
                Token.Number => rest is [(byte)'-', ..] ? Span(rest[1..], Digits, 1) : Span(rest, Digits, 0),
                Token.Hex => Span(rest, HexDigits, 0),
                Token.Fraction => Span(rest, Fractions, 0),
                _ => rest.Length > 0 ? 1 : -1,
            };
            if (length < 0)
            {
                return -1;
            }

            at += length;
        }

        return at;
    }

    private static int Span(ReadOnlySpan<byte> text, SearchValues<byte> of, int before)
    {
        int length = text.IndexOfAnyExcept(of);
        length = length < 0 ? text.Length : length;
        return length == 0 ? -1 : length + before;
    }

    private static List<Part> Compile(string format)
    {
        List<Part> parts = [];
        StringBuilder literal = new();
        void Flush()
        {
            if (literal.Length > 0)
            {
                parts.Add(new Part(Token.Literal, Encoding.UTF8.GetBytes(literal.ToString())));
                literal.Clear();
            }
        }

        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 >= format.Length)
            {
                literal.Append(format[i]);
                continue;
            }

            i++;
            if (format[i] == '%')
            {
                literal.Append('%');
                continue;
            }

            Flush();
            parts.Add(new Part(Conversion(format, ref i), []));
        }

        Flush();
        return parts;
    }

    /// <summary>Reads one conversion: optional 0, width, u/m/X/x/.N/*, then the type. <paramref name="i"/> ends on its last character.</summary>
    private static Token Conversion(string format, ref int i)
    {
        bool hex = false;
        bool fraction = false;
        for (; i < format.Length; i++)
        {
            switch (format[i])
            {
                case >= '0' and <= '9' or '*' or 'u' or 'm':
                    continue;
                case '.':
                    fraction = true;
                    continue;
                case 'x' or 'X':
                    hex = true;
                    if (i + 1 < format.Length && "dDilLzAOPTM".Contains(format[i + 1]))
                    {
                        continue;
                    }

                    return Token.Hex;
                case 'V' or 'v' or 's' or 'S' or 'w':
                    return Token.Text;
                case 'c':
                    return Token.Char;
                case 'p':
                    return Token.Hex;
                case 'f':
                    return Token.Fraction;
                default:
                    return hex ? Token.Hex : fraction ? Token.Fraction : Token.Number;
            }
        }

        return Token.Text;
    }
}
