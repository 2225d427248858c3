namespace Why502.Cli.Calibration;

/// <summary>Findings whose stated confidence lies in one bin, and how many of them were right.</summary>
internal sealed record ReliabilityBin(double From, double To, double Stated, Share Right);

/// <summary>How often the tool is right with one cause's cases.</summary>
internal sealed record CauseShare(string Cause, Share First, Share Three);

/// <summary>All that is said of a set of judged cases.</summary>
internal sealed record Reliability
{
    /// <summary>From here on a finding counts as sure.</summary>
    public const double SureFrom = 0.9;

    private static readonly double[] Edges = [0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 1];

    public required Share First { get; init; }

    public required Share Three { get; init; }

    /// <summary>First findings at or above <see cref="SureFrom"/>.</summary>
    public required Share Sure { get; init; }

    public required IReadOnlyList<ReliabilityBin> Bins { get; init; }

    public required IReadOnlyList<CauseShare> Causes { get; init; }

    public required IReadOnlyList<JudgedCase> Wrong { get; init; }

    public static Reliability Of(IReadOnlyList<JudgedCase> judged)
    {
        var named = judged.Where(item => item.First is not null).ToList();
        return new()
        {
            First = Share.Of(judged, item => item.Right),
            Three = Share.Of(judged, item => item.RightWithin(3)),
            Sure = Share.Of([.. named.Where(item => item.First!.Confidence >= SureFrom)], item => item.Right),
            Bins = [.. Edges.Zip(Edges.Skip(1), (from, to) => Bin(named, from, to)).Where(bin => bin.Right.Total > 0)],
            Causes =
            [
                .. judged.GroupBy(item => item.Case.Causes[0], StringComparer.Ordinal)
                    .OrderBy(group => group.Key, StringComparer.Ordinal)
                    .Select(group => new CauseShare(group.Key, Share.Of([.. group], item => item.Right), Share.Of([.. group], item => item.RightWithin(3)))),
            ],
            Wrong = [.. judged.Where(item => !item.Right)],
        };
    }

    private static ReliabilityBin Bin(IReadOnlyList<JudgedCase> named, double from, double to)
    {
        var inside = named.Where(item => item.First!.Confidence >= from && (item.First.Confidence < to || to >= 1)).ToList();
        return new(from, to, inside.Count == 0 ? 0 : inside.Average(item => item.First!.Confidence), Share.Of(inside, item => item.Right));
    }
}
