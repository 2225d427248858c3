namespace Why502.Nginx.Checks.Pcre;

/// <summary>
/// Reads a regular expression as pcre2_compile() does without options, to say what it says: pcre2pattern(3), the order of questions and the
/// offsets as measured with PCRE2 10.42. What cannot be judged here is taken to be right.
/// </summary>
public sealed partial class PatternReader
{
    /// <summary>MAX_REPEAT_COUNT.</summary>
    private const int RepeatMax = 65535;

    /// <summary>MAX_NAME_SIZE.</summary>
    private const int NameMax = 32;

    /// <summary>Nesting is recursion in PCRE2 (parens_nest_limit) and a stack here.</summary>
    private const int NestMax = 250;

    private readonly string text;
    private readonly Stack<Group> groups = new();
    private readonly Dictionary<string, int> names = new(StringComparer.Ordinal);
    private readonly List<string> nameOrder = [];
    private readonly List<Reference> references = [];
    private readonly List<(int Start, bool Variable)> lookbehinds = [];
    private int at;
    private int captures;
    private bool quantifiable;
    private bool duplicateNames;
    private bool extended;
    private string? error;
    private int errorOffset;

    private PatternReader(string text) => this.text = text;

    /// <summary>What PCRE2 would say of the pattern; never throws.</summary>
    public static PatternFacts Read(string pattern)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        var reader = new PatternReader(pattern);
        reader.ReadAll();
        // PCRE2 keeps its table of names sorted, and nginx goes through that.
        reader.nameOrder.Sort(string.CompareOrdinal);
        return new PatternFacts(reader.captures, reader.nameOrder, reader.error, reader.errorOffset);
    }

    private bool More => at < text.Length;

    private void ReadAll()
    {
        while (error is null && More)
        {
            ReadOne();
        }

        if (error is null && groups.Count > 0)
        {
            Fail("missing closing parenthesis", text.Length);
        }

        if (error is null)
        {
            Resolve();
        }
    }

    private void ReadOne()
    {
        var letter = text[at];
        switch (letter)
        {
            case '\\':
                ReadEscape();
                break;
            case '[':
                ReadClass();
                break;
            case '(':
                OpenGroup();
                break;
            case ')':
                CloseGroup();
                break;
            case '|':
                at++;
                quantifiable = false;
                if (groups.TryPeek(out var group))
                {
                    group.Branches++;
                }

                break;
            case '^' or '$':
                at++;
                quantifiable = false;
                break;
            case '*' or '+' or '?':
                at++;
                Quantify(variable: true);
                break;
            case '{' when Repeat() is { } repeat:
                ReadRepeat(repeat);
                break;
            case '#' when extended:
                at = text.IndexOf('\n', at) is var end and >= 0 ? end + 1 : text.Length;
                break;
            default:
                at++;
                quantifiable = quantifiable && extended && char.IsWhiteSpace(letter) || !(extended && char.IsWhiteSpace(letter));
                break;
        }
    }

    /// <summary>The braces of a quantifier; anything else in braces is literal text.</summary>
    private (int End, int Min, int Max)? Repeat()
    {
        var i = at + 1;
        var minimumStart = i;
        while (i < text.Length && char.IsAsciiDigit(text[i]))
        {
            i++;
        }

        var minimum = text.AsSpan(minimumStart, i - minimumStart);
        if (minimum.IsEmpty || i >= text.Length)
        {
            return null;
        }

        var maximum = minimum;
        var end = i;
        if (text[i] == ',')
        {
            var maximumStart = ++i;
            while (i < text.Length && char.IsAsciiDigit(text[i]))
            {
                i++;
            }

            maximum = text.AsSpan(maximumStart, i - maximumStart);
            end = i;
        }

        if (end >= text.Length || text[end] != '}')
        {
            return null;
        }

        return (end + 1, Count(minimum), maximum.IsEmpty ? int.MaxValue : Count(maximum));
    }

    private static int Count(ReadOnlySpan<char> digits) => Number.Of(digits) is var count and >= 0 and <= RepeatMax ? (int)count : -1;

    private void ReadRepeat((int End, int Min, int Max) repeat)
    {
        if (repeat.Min < 0 || repeat.Max < 0)
        {
            // PCRE2 stops at the digit that makes the number too big; a sixth or later one is never read.
            var start = repeat.Min < 0 ? at + 1 : text.IndexOf(',', at) + 1;
            var number = 0;
            var i = start;
            while (number <= RepeatMax)
            {
                number = (number * 10) + (text[i++] - '0');
            }

            Fail("number too big in {} quantifier", i);
        }
        else if (repeat.Max < repeat.Min)
        {
            Fail("numbers out of order in {} quantifier", repeat.End - 1);
        }
        else
        {
            at = repeat.End;
            Quantify(variable: repeat.Min != repeat.Max);
        }
    }

    private void Quantify(bool variable)
    {
        if (!quantifiable)
        {
            Fail("quantifier does not follow a repeatable item", at - 1);
            return;
        }

        if (More && text[at] is '+' or '?')
        {
            at++;
        }

        quantifiable = false;
        if (variable)
        {
            MarkVariable();
        }
    }

    private void MarkVariable()
    {
        foreach (var group in groups)
        {
            group.IsVariable = true;
        }
    }

    private void CloseGroup()
    {
        if (groups.Count == 0)
        {
            Fail("unmatched closing parenthesis", at);
            return;
        }

        at++;
        var group = groups.Pop();
        quantifiable = true;
        extended = group.WasExtended;
        if (group.IsLookbehind)
        {
            lookbehinds.Add((group.Start, group.IsVariable));
        }

        if (group.IsCondition && group.Branches > 2)
        {
            references.Add(new Reference(null, 0, 0, TooManyBranches: true));
        }
    }

    /// <summary>What PCRE2 checks behind its first pass: look-behinds, then references in the order of the pattern.</summary>
    private void Resolve()
    {
        lookbehinds.Sort((one, other) => one.Start.CompareTo(other.Start));
        foreach (var (start, variable) in lookbehinds)
        {
            if (variable)
            {
                Fail("lookbehind assertion is not fixed length", start);
                return;
            }
        }

        foreach (var reference in references)
        {
            if (reference.TooManyBranches)
            {
                Fail("conditional subpattern contains more than two branches", 0);
                return;
            }

            if (reference.Name is not null ? !names.ContainsKey(reference.Name) : reference.Number > captures)
            {
                Fail("reference to non-existent subpattern", reference.Offset);
                return;
            }
        }
    }

    private void Fail(string message, int offset)
    {
        error ??= message;
        if (ReferenceEquals(error, message))
        {
            errorOffset = offset;
        }

        at = text.Length;
    }

    private sealed class Group
    {
        public int Start { get; init; }

        public bool IsLookbehind { get; init; }

        public bool IsCondition { get; init; }

        public bool WasExtended { get; init; }

        public bool IsVariable { get; set; }

        public int Branches { get; set; } = 1;
    }

    private readonly record struct Reference(string? Name, int Number, int Offset, bool TooManyBranches = false);
}
