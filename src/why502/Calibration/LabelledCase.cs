using System.Text.Json;

namespace Why502.Cli.Calibration;

/// <summary>
/// One failure whose cause is known: a line of <c>tests/Cases/*.jsonl</c>. It has either the files that a person would hand
/// over, or the verdict that a lab run gave and that was recorded.
/// </summary>
internal sealed record LabelledCase
{
    public const string Healthy = "healthy";

    /// <summary>A line longer than this is no case.</summary>
    private const int LineCharsMax = 16 << 20;

    public required string Id { get; init; }

    /// <summary>What counts as right with what is given, the true cause first; <see cref="Healthy"/> stands for none.</summary>
    public required IReadOnlyList<string> Causes { get; init; }

    /// <summary>Names and texts, to be diagnosed.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Files { get; init; } = [];

    /// <summary>A recorded verdict, in its order.</summary>
    public IReadOnlyList<StatedFinding>? Findings { get; init; }

    /// <summary>What is still lacking: the case is measured, and no test fails for it.</summary>
    public string? Open { get; init; }

    public bool IsHealthy => Causes[0] == Healthy;

    public static IReadOnlyList<LabelledCase> Read(string path)
    {
        var cases = new List<LabelledCase>();
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line))
            {
                cases.Add(line.Length <= LineCharsMax && Parse(line) is { } labelled ? labelled : throw new UsageException($"{path}:{number} is no labelled case: {{\"id\":…,\"causes\":[…],\"files\":{{…}} or \"findings\":[…]}} is."));
            }
        }

        return cases;
    }

    private static LabelledCase? Parse(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            var labelled = new LabelledCase
            {
                Id = root.GetProperty("id").GetString() ?? "",
                Causes = [.. root.GetProperty("causes").EnumerateArray().Select(cause => cause.GetString() ?? "")],
                Files = root.TryGetProperty("files", out var files) ? [.. files.EnumerateObject().Select(file => KeyValuePair.Create(file.Name, file.Value.GetString() ?? ""))] : [],
                Findings = root.TryGetProperty("findings", out var findings) ? [.. findings.EnumerateArray().Select(Stated)] : null,
                Open = root.TryGetProperty("open", out var open) ? open.GetString() : null,
            };
            return labelled.Causes.Count > 0 && (labelled.Files.Count > 0 || labelled.Findings is not null) ? labelled : null;
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }

    private static StatedFinding Stated(JsonElement finding)
        => new(finding.GetProperty("cause").GetString() ?? "", finding.GetProperty("confidence").GetDouble(), finding.TryGetProperty("incident", out var incident) ? incident.GetString() ?? "" : "", null);
}

/// <summary>A finding as it was stated.</summary>
/// <param name="Incident">Number within the verdict.</param>
/// <param name="Score">Prior and weights in log-odds, before the softmax; null in a recorded verdict, which has confidences only.</param>
internal sealed record StatedFinding(string Cause, double Confidence, string Incident, double? Score);

/// <summary>A case with what was said of it.</summary>
internal sealed record JudgedCase(LabelledCase Case, IReadOnlyList<StatedFinding> Findings)
{
    /// <summary>The first finding names one of the case's causes; a healthy case is right when nobody is accused.</summary>
    public bool Right => Case.IsHealthy ? !Findings.Any(finding => finding.Confidence >= Why502.Diagnosis.Conclusion.NamedFrom) : RightWithin(1);

    public bool RightWithin(int places) => Case.IsHealthy ? Right : Findings.Take(places).Any(finding => Case.Causes.Contains(finding.Cause));

    public StatedFinding? First => Findings.Count > 0 ? Findings[0] : null;
}
