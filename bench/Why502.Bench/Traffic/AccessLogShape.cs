namespace Why502.Bench.Traffic;

/// <summary>The formats that the generator writes.</summary>
public enum AccessLogShape
{
    Combined,
    UpstreamTiming,
    Json,
    Ingress,
    VirtualHost,
}

/// <summary>What the generator put into a log.</summary>
public sealed class AccessLogTruth
{
    public long Rows { get; set; }

    public SortedDictionary<int, long> Status { get; } = [];

    /// <summary>By upstream: attempts per status (0: a dash), and requests that ended there.</summary>
    public SortedDictionary<string, SortedDictionary<int, long>> Attempts { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, long> Final { get; } = new(StringComparer.Ordinal);

    public long Retried { get; set; }

    public string BadNode { get; set; } = "";

    public long NearTimeout { get; set; }

    public string ToJson()
    {
        var text = new System.Text.StringBuilder();
        text.Append("{\"rows\":").Append(Rows).Append(",\"retried\":").Append(Retried).Append(",\"near_timeout\":").Append(NearTimeout).Append(",\"bad_node\":\"").Append(BadNode).Append("\",\"status\":");
        Counts(text, Status);
        text.Append(",\"attempts\":{").AppendJoin(',', Attempts.Select(upstream =>
        {
            var counts = new System.Text.StringBuilder().Append('"').Append(upstream.Key).Append("\":");
            Counts(counts, upstream.Value);
            return counts.ToString();
        })).Append("},\"final\":{").AppendJoin(',', Final.Select(upstream => $"\"{upstream.Key}\":{upstream.Value}")).Append("}}\n");
        return text.ToString();
    }

    internal void Attempt(string upstream, int status)
    {
        if (!Attempts.TryGetValue(upstream, out var counts))
        {
            Attempts[upstream] = counts = [];
        }

        counts[status] = counts.GetValueOrDefault(status) + 1;
    }

    private static void Counts(System.Text.StringBuilder text, SortedDictionary<int, long> counts)
        => text.Append('{').AppendJoin(',', counts.Select(count => $"\"{count.Key}\":{count.Value}")).Append('}');
}
