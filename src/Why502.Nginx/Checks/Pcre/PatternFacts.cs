namespace Why502.Nginx.Checks.Pcre;

/// <summary>What PCRE2 knows of a pattern once it is compiled, or why it is not.</summary>
public sealed record PatternFacts(int Captures, IReadOnlyList<string> Names, string? Error, int ErrorOffset);
