using System.Buffers;

namespace Why502.Logs;

/// <summary>
/// A message whose digits are left open, but for those of the number that may be an errno: what messages have in common that differ in a size, a file's number or an identifier,
/// which never come again. Where no digit decides anything about a message, what was decided about it holds for all of its shape.
/// </summary>
internal static class NumberShape
{
    /// <summary>Stands for any digit. No message that holds it itself has a shape.</summary>
    public const byte AnyDigit = 0;

    private static readonly SearchValues<byte> Digits = SearchValues.Create("0123456789\0"u8);

    /// <summary>Writes the shape of a message, and answers whether that is another text.</summary>
    public static bool TryWrite(ReadOnlySpan<byte> message, Span<byte> shape)
    {
        var (number, end) = Errno(message);
        var isOther = false;
        for (var at = 0; at < message.Length; at++)
        {
            var isOpen = char.IsAsciiDigit((char)message[at]) && (at < number || at >= end);
            shape[at] = isOpen ? AnyDigit : message[at];
            isOther |= isOpen;
        }

        // A parenthesis within the errno's hides where its number stands.
        return isOther && !message.Contains(AnyDigit) && message.IndexOf("))"u8) < 0;
    }

    /// <summary>All digits are zero.</summary>
    public static byte[] Zeroed(ReadOnlySpan<byte> text)
    {
        byte[] zeroed = text.ToArray();
        foreach (ref var letter in zeroed.AsSpan())
        {
            letter = char.IsAsciiDigit((char)letter) || letter == AnyDigit ? (byte)'0' : letter;
        }

        return zeroed;
    }

    /// <summary>Where the digits stand that <see cref="ErrorLogLine"/> may take for an errno.</summary>
    private static (int Start, int End) Errno(ReadOnlySpan<byte> message)
    {
        var open = message.LastIndexOf(" ("u8);
        if (open < 0)
        {
            return (message.Length, message.Length);
        }

        var length = message[(open + 2)..].IndexOfAnyExcept(Digits);
        return (open + 2, length < 0 ? message.Length : open + 2 + length);
    }

    /// <summary>
    /// No digit of this shape that is left open decides anything: none stands in an errno or behind it, in what nginx was doing, in OpenSSL's words, or where a message of nginx's own has
    /// a digit among its letters.
    /// </summary>
    public static bool HoldsForAll(ReadOnlySpan<byte> shape)
    {
        var (_, end) = Errno(shape);
        var phase = shape.LastIndexOf(" while "u8);
        return shape[end..].IndexOfAny(Digits) < 0 && shape.IndexOf("(SSL: "u8) < 0
            && (phase < 0 || (shape[phase..].IndexOfAny(Digits) < 0 && !shape[phase..].Contains((byte)'(') && shape[..phase].LastIndexOf(" while "u8) < 0))
            && !ErrorMessages.MayHaveOtherLiterals(shape);
    }
}
