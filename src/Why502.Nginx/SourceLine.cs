namespace Why502.Nginx;

/// <summary>A place a person can go to: a file and its 1-based line.</summary>
public readonly record struct SourceLine(string File, int Line)
{
    public override string ToString() => $"{File}:{Line}";
}
