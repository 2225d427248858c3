using System.Runtime.CompilerServices;

namespace Why502.Logs;

/// <summary>
/// The pairs of neighbouring bytes of a text, in a set that may claim to hold a pair that it does not hold: a text without the pairs of a literal does not contain
/// the literal.
/// </summary>
internal struct LetterPairs
{
    private Words words;

    [InlineArray(4)]
    private struct Words
    {
        private ulong first;
    }

    public void Add(ReadOnlySpan<byte> text)
    {
        for (int i = 1; i < text.Length; i++)
        {
            uint place = ((text[i - 1] * 37u) + (text[i] * 101u)) & 255;
            words[(int)(place >> 6)] |= 1UL << (int)(place & 63);
        }
    }

    public readonly bool AreIn(in LetterPairs text) =>
        ((words[0] & ~text.words[0]) | (words[1] & ~text.words[1]) | (words[2] & ~text.words[2]) | (words[3] & ~text.words[3])) == 0;
}
