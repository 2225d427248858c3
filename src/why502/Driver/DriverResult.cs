using Why502.Diagnosis;

namespace Why502.Cli.Driver;

/// <summary>What a run came to: the last conclusion, and every question with its answer for the record.</summary>
internal sealed record DriverResult(Conclusion Conclusion, IReadOnlyCollection<Answer> Answers, bool Interrupted);
