using Why502.Logs;

namespace Why502.Traffic.Engine;

/// <summary>One variable of a format with the literal in front of it, ready to be compared eight bytes at a time.</summary>
internal sealed class FieldStep
{
    public required byte[] Literal { get; init; }

    /// <summary>The literal's first eight bytes, and which of them count.</summary>
    public ulong First { get; init; }

    public ulong FirstMask { get; init; }

    /// <summary>The second eight bytes in the same way, and the last eight of a literal that is longer than sixteen.</summary>
    public ulong Second { get; init; }

    public ulong SecondMask { get; init; }

    public ulong Last { get; init; }

    public int LiteralLength { get; init; }

    /// <summary>A short way for the value's usual form.</summary>
    public FieldForm Form { get; init; }

    public AccessVariable Variable { get; init; }

    public FieldEnd End { get; init; }

    /// <summary>The literal behind the value.</summary>
    public required byte[] Next { get; init; }

    /// <summary>Where the value goes; Skip for one that another variable of the same meaning outranks.</summary>
    public AccessVariable Target { get; init; }

    /// <summary>The value is the row's time.</summary>
    public bool IsClock { get; init; }
}
