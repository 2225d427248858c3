using System.Runtime.CompilerServices;
using Why502.Logs;

namespace Why502.Traffic.Engine;

/// <summary>
/// What is behind a row's head when it is values of any width with one blank between two of them, as ingress-nginx writes it. Texts that belong to a value's place, as brackets, are at most four bytes on each side.
/// </summary>
internal sealed unsafe class TokenTail
{
    private const int TokensMax = 24;

    /// <summary>Longer tails take the long way.</summary>
    private const int BytesMax = 3 * BytePlaces.Step;

    public const int BlanksMax = BytesMax + BytePlaces.Spare + 1;

    private readonly Token[] _tokens;
    private readonly Dictionary<AccessVariable, int> _places;
    private readonly int[] _numbers;

    /// <summary>Tokens with texts at their value, and those whose value somebody asks for.</summary>
    private readonly int[] _texts;
    private readonly int[] _asked;

    private TokenTail(Token[] tokens, Dictionary<AccessVariable, int> places, int[] numbers)
    {
        (_tokens, _places, _numbers) = (tokens, places, numbers);
        _texts = [.. Enumerable.Range(0, tokens.Length).Where(i => tokens[i].Before + tokens[i].Behind > 0)];
        _asked = [.. places.Values, .. numbers];
    }

    /// <summary>What stands in front of a value, behind the blank, and behind it.</summary>
    private readonly struct Token(ReadOnlySpan<byte> before, ReadOnlySpan<byte> behind)
    {
        public readonly int Before = before.Length;
        public readonly int Behind = behind.Length;
        private readonly uint _before = Packed(before);
        private readonly uint _beforeMask = Mask(before.Length);
        private readonly uint _behind = Packed(behind);
        private readonly uint _behindMask = Mask(behind.Length);

        /// <param name="start">Behind the blank.</param>
        /// <param name="end">The next blank, or the row's end.</param>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public uint Differ(byte* start, byte* end) => ((*(uint*)start ^ _before) & _beforeMask) | ((*(uint*)(end - Behind) ^ _behind) & _behindMask);

        private static uint Mask(int bytes) => (uint)((1UL << (bytes * 8)) - 1);

        private static uint Packed(ReadOnlySpan<byte> text)
        {
            uint packed = 0;
            for (int i = 0; i < text.Length; i++)
            {
                packed |= (uint)text[i] << (i * 8);
            }

            return packed;
        }
    }

    public int Count => _tokens.Length;

    /// <summary>The number of a variable's value, or -1.</summary>
    public int this[AccessVariable variable] => _places.TryGetValue(variable, out int place) ? place : -1;

    /// <summary>The tail of a format's rows, or null when it is made otherwise.</summary>
    /// <param name="parts">The first one's literal begins with the blank behind the head, from <paramref name="literalFrom"/> on.</param>
    public static TokenTail? Of(ReadOnlySpan<AccessLogFormat.Part> parts, int literalFrom)
    {
        if (parts[^1].HasVariable || parts.Length is < 2 or > TokensMax)
        {
            return null;
        }

        List<Token> tokens = [];
        List<int> numbers = [];
        Dictionary<AccessVariable, int> places = [];
        ReadOnlySpan<byte> literal = parts[0].Literal.AsSpan(literalFrom);
        for (int i = 0; i < parts.Length - 1; i++)
        {
            ReadOnlySpan<byte> next = parts[i + 1].Literal;
            bool isLast = i == parts.Length - 2;
            int blank = literal.IndexOf((byte)' ');
            int behind = isLast ? next.Length : next.IndexOf((byte)' ');
            if (blank < 0 || literal[(blank + 1)..].Contains((byte)' ') || behind < 0 || (isLast && next.Contains((byte)' ')) || behind > sizeof(uint) || literal.Length - blank - 1 > sizeof(uint)
                || literal.Contains((byte)'"') || next.Contains((byte)'"') || !TryPlace(parts[i].Variable, i, places, numbers))
            {
                return null;
            }

            tokens.Add(new Token(literal[(blank + 1)..], next[..behind]));
            literal = next;
        }

        return new TokenTail([.. tokens], places, [.. numbers]);
    }

    private static bool TryPlace(AccessVariable variable, int value, Dictionary<AccessVariable, int> places, List<int> numbers)
    {
        switch (variable)
        {
            case AccessVariable.Skip or AccessVariable.Scheme:
                return true;
            case AccessVariable.UpstreamOther or AccessVariable.UpstreamBytesReceived:
                numbers.Add(value);
                return true;
            case AccessVariable.RequestTime or AccessVariable.UpstreamAddr or AccessVariable.UpstreamStatus or AccessVariable.UpstreamResponseTime or AccessVariable.UpstreamHeaderTime
                or AccessVariable.UpstreamConnectTime:
                return places.TryAdd(variable, value);
            default:
                return false;
        }
    }

    /// <summary>Finds the values behind a head that are asked for; false when the tail is made otherwise.</summary>
    /// <param name="rest">Where the tail begins in the block, with a blank.</param>
    /// <param name="values">Room for <see cref="Count"/>.</param>
    /// <param name="blanks">Room for <see cref="BlanksMax"/>.</param>
    /// <param name="kernel">Finds the blanks.</param>
    public bool TryDivide(byte* text, int rest, int end, ValueSpan* values, int* blanks, BytePlaces.Kernel kernel)
    {
        int length = end - rest;
        if (length > BytesMax || length <= 0 || text[rest] != ' ')
        {
            return false;
        }

        // Blanks behind the row's end are found, too.
        Token[] tokens = _tokens;
        int found = BytePlaces.Find(text + rest, (length + BytePlaces.Step - 1) / BytePlaces.Step, (byte)' ', (byte)' ', rest, blanks, kernel);
        blanks[found] = end;
        if (found < tokens.Length || blanks[tokens.Length - 1] >= end || blanks[tokens.Length] < end)
        {
            return false;
        }

        blanks[tokens.Length] = end;
        uint differ = 0;
        int shortest = 0;
        foreach (int place in _texts)
        {
            ref readonly Token token = ref tokens[place];
            int start = blanks[place] + 1;
            int behind = blanks[place + 1];
            differ |= token.Differ(text + start, text + behind);
            shortest |= behind - start - token.Before - token.Behind;
        }

        foreach (int value in _asked)
        {
            ref readonly Token token = ref tokens[value];
            int from = blanks[value] + 1 + token.Before;
            values[value].Start = from;
            values[value].Length = blanks[value + 1] - token.Behind - from;
        }

        return differ == 0 && shortest >= 0 && AreNumbers(text, values);
    }

    /// <summary>Whether what counts bytes of an attempt is one number or a dash.</summary>
    private bool AreNumbers(byte* text, ValueSpan* values)
    {
        foreach (int number in _numbers)
        {
            if (!AttemptValues.IsNone(text, values[number]) && Digits.Leading(text + values[number].Start) != values[number].Length)
            {
                return false;
            }
        }

        return true;
    }
}
