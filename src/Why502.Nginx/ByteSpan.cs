namespace Why502.Nginx;

/// <summary>A range of bytes in a file: <paramref name="Start"/> included, <paramref name="End"/> not.</summary>
public readonly record struct ByteSpan(int Start, int End)
{
    public int Length => End - Start;
}
