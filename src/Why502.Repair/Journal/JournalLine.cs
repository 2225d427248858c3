using System.Text.Json.Serialization;

namespace Why502.Repair;

/// <summary>What a line of the journal says.</summary>
internal enum JournalMark
{
    /// <summary>The step is about to be made: from here on it may have been.</summary>
    Begin,
    Done,

    /// <summary><c>nginx -t</c> is about to run; what it touches is noted with it.</summary>
    Test,
    Reload,
    Applied,
    TakeBack,
    TakenBack,
    RolledBack,
    Undone,
}

internal sealed record JournalLine(JournalMark Mark, DateTimeOffset At)
{
    /// <summary>Index of the step.</summary>
    public int? Step { get; init; }

    /// <summary>For people: why it was taken back, what the proof said.</summary>
    public string? Text { get; init; }

    /// <summary>Taken back on request and not because it failed.</summary>
    public bool Asked { get; init; }

    public IReadOnlyList<TouchedPath>? Touched { get; init; }
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(StoredPlan))]
[JsonSerializable(typeof(JournalLine))]
internal sealed partial class RepairJson : JsonSerializerContext;
