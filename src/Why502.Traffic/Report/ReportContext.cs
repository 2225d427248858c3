namespace Why502.Traffic;

/// <summary>What is known beside the logs.</summary>
public sealed record ReportContext
{
    public IReadOnlyList<TrafficInput> Inputs { get; init; } = [];

    public bool Partial { get; init; }

    /// <summary>Read time-outs in force, in milliseconds, from a configuration.</summary>
    public IReadOnlyList<long> Limits { get; init; } = [];

    /// <summary>Servers of each upstream group, from a configuration.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Groups { get; init; } = [];

    public IReadOnlyList<MalformedRow> MalformedSamples { get; init; } = [];
}
