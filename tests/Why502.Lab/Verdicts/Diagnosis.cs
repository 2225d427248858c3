using System.Text.Json;

namespace Why502.Lab.Verdicts;

/// <summary>One answer of <c>diagnose --format json</c>, as far as the lab judges it.</summary>
public sealed record Diagnosis(
    string Schema,
    string Verdict,
    long TookMs,
    IReadOnlyList<Finding> Findings,
    IReadOnlyList<JsonElement>? Unexplained,
    IReadOnlyList<JsonElement>? Notes,
    IReadOnlyList<JsonElement>? Unobserved)
{
    private static readonly JsonSerializerOptions Contract = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static Diagnosis Parse(string json) =>
        JsonSerializer.Deserialize<Diagnosis>(json, Contract) ?? throw new JsonException("null is no diagnosis");
}

/// <summary>A cause with its confidence, as the contract has it.</summary>
public sealed record Finding(
    string Cause,
    double Confidence,
    string State,
    string Title,
    string Phase,
    string Side,
    string How,
    Scope Scope,
    Impact? Impact,
    IReadOnlyList<Evidence> Evidence,
    JsonElement RuledOut,
    JsonElement Fix)
{
    public Timeline? Timeline { get; init; }

    /// <summary>Findings of one incident compete with each other.</summary>
    public string? Incident { get; init; }

    public override string ToString() => $"{Cause} {Confidence:0.00} {State}";
}

public sealed record Scope(string? Server, string? Location, string? Upstream, ConfigLine? Config);

public sealed record ConfigLine(string File, int Line);

public sealed record Timeline(bool BeginningSeen, Change? BeganAfter, Change? EndedWith);

public sealed record Change(string What, double? SecondsBefore);

public sealed record Impact(long Requests, string? First, string? Last);

public sealed record Evidence(bool Supports, string Source, string? File, int? Line, string Text);
