namespace Why502.Nginx;

/// <summary>One file before and after an edit.</summary>
#pragma warning disable CA1819 // Whole files are handed on by reference.
public sealed record FileEdit(string File, byte[] Before, byte[] After)
{
    public bool IsChange => !ReferenceEquals(Before, After) && !Before.AsSpan().SequenceEqual(After);

    public string UnifiedDiff(int context = 3) => Nginx.UnifiedDiff.Of(File, Before, After, context);
}
#pragma warning restore CA1819
