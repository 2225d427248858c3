namespace Why502.Logs;

/// <summary>
/// The pairs of neighbouring bytes of a text, in a set that may claim to hold a pair that it does not hold: a text without the pairs of a literal does not contain
/// the literal.
/// </summary>
internal struct LetterPairs
{
    private ulong first;
    private ulong second;
    private ulong third;
    private ulong fourth;

    public void Add(ReadOnlySpan<byte> text)
    {
        for (int i = 1; i < text.Length; i++)
        {
            uint place = ((text[i - 1] * 37u) + (text[i] * 101u)) & 255;
            ulong bit = 1UL << (int)(place & 63);
            switch (place >> 6)
            {
                case 0: first |= bit; break;
                case 1: second |= bit; break;
                case 2: third |= bit; break;
                default: fourth |= bit; break;
            }
        }
    }

    public readonly bool AreIn(in LetterPairs text) =>
        ((first & ~text.first) | (second & ~text.second) | (third & ~text.third) | (fourth & ~text.fourth)) == 0;
}
