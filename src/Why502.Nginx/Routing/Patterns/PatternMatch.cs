namespace Why502.Nginx.Routing;

internal enum MatchKind
{
    None,
    Found,

    /// <summary>The match took too long.</summary>
    Failed,
}

/// <summary>What an expression matched: the text and, per group, where.</summary>
/// <param name="Count">One more than the highest group that took part; groups from here on are empty.</param>
internal sealed record PatternMatch(MatchKind Kind, string Input, (int Start, int Length)[] Spans, int Count)
{
    public static readonly PatternMatch None = new(MatchKind.None, string.Empty, [], 0);

    public static readonly PatternMatch Failed = new(MatchKind.Failed, string.Empty, [], 0);

    public string Group(int number) => number < Spans.Length ? Input.Substring(Spans[number].Start, Spans[number].Length) : string.Empty;

    /// <summary><c>$1</c> to <c>$9</c>: empty from the highest group that took part on.</summary>
    public string Capture(int number) => number < Count ? Group(number) : string.Empty;
}
