using Why502.Traffic;

namespace Why502.Cli.Traffic;

/// <summary>What <c>why502 traffic</c> was asked for.</summary>
internal sealed record TrafficRequest
{
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>A log_format, as in the configuration: its text, or <c>combined</c>.</summary>
    public string? LogFormat { get; init; }

    public string? ConfigPath { get; init; }

    public DateTimeOffset? Since { get; init; }

    public DateTimeOffset? Until { get; init; }

    public TrafficScope Scope { get; init; } = TrafficScope.Full;

    public int Threads { get; init; } = Environment.ProcessorCount;
}
