using System.Runtime.Intrinsics;
using Why502.Logs;

namespace Why502.Traffic.Engine;

/// <summary>One variable of a format with the literal in front of it, ready to be compared 32 bytes at a time.</summary>
internal sealed class FieldStep
{
    public required byte[] Literal { get; init; }

    /// <summary>The literal's first 32 bytes, and which of them count.</summary>
    public Vector256<byte> First { get; init; }

    public Vector256<byte> FirstMask { get; init; }

    public int LiteralLength { get; init; }

    /// <summary>A short way for the value's usual form.</summary>
    public FieldForm Form { get; init; }

    public AccessVariable Variable { get; init; }

    public FieldEnd End { get; init; }

    /// <summary>The literal behind the value.</summary>
    public required byte[] Next { get; init; }

    /// <summary>Where the value goes; Skip for one that another variable of the same meaning outranks.</summary>
    public AccessVariable Target { get; init; }

    /// <summary>Another host stands in front: this one is taken only where that is empty.</summary>
    public bool IsLaterHost { get; init; }

    /// <summary>The value is the row's time.</summary>
    public bool IsClock { get; init; }
}
