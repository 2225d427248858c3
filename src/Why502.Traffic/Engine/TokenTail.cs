using System.Numerics;
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
    private const int BytesMax = 3 * 64;

    private readonly Token[] _tokens;
    private readonly Dictionary<AccessVariable, int> _places;
    private readonly int[] _numbers;

    private TokenTail(Token[] tokens, Dictionary<AccessVariable, int> places, int[] numbers) => (_tokens, _places, _numbers) = (tokens, places, numbers);

    /// <summary>What stands in front of a value, behind the blank, and behind it.</summary>
    private readonly struct Token(ReadOnlySpan<byte> before, ReadOnlySpan<byte> behind)
    {
        public readonly int Before = before.Length;
        public readonly int Behind = behind.Length;
        private readonly uint _before = Packed(before);
        private readonly uint _behind = Packed(behind);

        /// <param name="start">Behind the blank.</param>
        /// <param name="end">The next blank, or the row's end.</param>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public uint Differ(byte* start, byte* end) => ((*(uint*)start ^ _before) & Mask(Before)) | ((*(uint*)(end - Behind) ^ _behind) & Mask(Behind));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
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

    /// <summary>Finds the values behind a head; false when the tail is made otherwise.</summary>
    /// <param name="rest">Where the tail begins in the block, with a blank.</param>
    /// <param name="values">Room for <see cref="Count"/>.</param>
    public bool TryDivide(byte* text, int rest, int end, ValueSpan* values)
    {
        int length = end - rest;
        if (length > BytesMax || length <= 0 || text[rest] != ' ')
        {
            return false;
        }

        int* blanks = stackalloc int[BytesMax + 2];
        int count = 0;
        for (int at = 0; at < length; at += 64)
        {
            ulong bits = ScanBuffer.BlanksAt(text + rest + at);
            bits &= length - at >= 64 ? ulong.MaxValue : (1UL << (length - at)) - 1;
            for (; bits != 0; bits &= bits - 1)
            {
                blanks[count++] = rest + at + BitOperations.TrailingZeroCount(bits);
            }
        }

        if (count != _tokens.Length)
        {
            return false;
        }

        blanks[count] = end;
        uint differ = 0;
        int shortest = 0;
        for (int i = 0; i < _tokens.Length; i++)
        {
            ref readonly Token token = ref _tokens[i];
            int start = blanks[i] + 1;
            differ |= token.Differ(text + start, text + blanks[i + 1]);
            values[i].Start = start + token.Before;
            values[i].Length = blanks[i + 1] - token.Behind - values[i].Start;
            shortest |= values[i].Length;
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
