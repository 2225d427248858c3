namespace Why502.Diagnosis;

/// <summary>
/// Turns log-odds into confidences: within an incident every cause in scope competes with every other and with
/// <c>other</c>, the cause nobody thought of. <c>p = softmax((prior + Σ weight) / T)</c>.
/// </summary>
public static class Confidence
{
    /// <summary>Fitted; see docs/calibration.md. 1 takes the weights as log-odds.</summary>
    public const double Temperature = 1;

    /// <summary>Log-odds of "none of these". Fitted together with <see cref="Temperature"/>.</summary>
    public const double Other = 0.5;

    public static double Of(Prior prior) => prior switch
    {
        Prior.Common => 1,
        Prior.Usual => 0,
        _ => -1,
    };

    /// <summary>Confidences in the order of <paramref name="scores"/>; they sum to less than 1, the rest is <c>other</c>.</summary>
    public static double[] Softmax(IReadOnlyList<double> scores)
    {
        var highest = scores.Append(Other).Max();
        var weights = scores.Select(score => Math.Exp((score - highest) / Temperature)).ToArray();
        var sum = weights.Sum() + Math.Exp((Other - highest) / Temperature);
        return [.. weights.Select(weight => weight / sum)];
    }
}
