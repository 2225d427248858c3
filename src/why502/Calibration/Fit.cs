using Why502.Diagnosis;

namespace Why502.Cli.Calibration;

/// <summary>
/// The two fitted numbers of <see cref="Confidence"/>: those that make the labelled cases least surprising, judged on cases
/// that the fit has not seen (k folds, log loss in nats).
/// </summary>
/// <param name="HeldOut">Mean log loss of the folds' own best on what each left out.</param>
/// <param name="Current">Mean log loss of the constants in use.</param>
internal sealed record Fit(double Temperature, double Other, double HeldOut, double Current, int Cases)
{
    public const int Folds = 5;

    /// <summary>A verdict that calls the truth impossible would be infinitely wrong; so near to 0 and 1 no set of this size can tell.</summary>
    private const double ProbabilityMin = 1e-4;

    private static readonly double[] Temperatures = [.. Enumerable.Range(4, 77).Select(step => step * 0.05)];

    private static readonly double[] Others = [.. Enumerable.Range(-30, 71).Select(step => step * 0.1)];

    /// <summary>Null when there are fewer cases than a fold needs.</summary>
    public static Fit? Of(IEnumerable<JudgedCase> judged)
    {
        var trials = judged.Where(item => !item.Case.IsHealthy && item.Findings.Count > 0).Select(Trial.Of).ToList();
        if (trials.Count < Folds * 2)
        {
            return null;
        }

        var held = Enumerable.Range(0, Folds).Sum(fold =>
        {
            var (temperature, other) = Best([.. trials.Where(trial => trial.Fold != fold)]);
            return trials.Where(trial => trial.Fold == fold).Sum(trial => trial.Loss(temperature, other));
        });
        var best = Best(trials);
        return new(best.Temperature, best.Other, held / trials.Count, trials.Average(trial => trial.Loss(Confidence.Temperature, Confidence.Other)), trials.Count);
    }

    private static (double Temperature, double Other) Best(IReadOnlyList<Trial> trials)
        => Temperatures
            .SelectMany(temperature => Others.Select(other => (Temperature: temperature, Other: other)))
            .MinBy(pair => trials.Sum(trial => trial.Loss(pair.Temperature, pair.Other)));

    /// <summary>The candidates of a case's first incident, by their scores.</summary>
    private sealed record Trial(double[] Scores, bool[] Right, int Fold)
    {
        public static Trial Of(JudgedCase judged)
        {
            var rivals = judged.Findings.Where(finding => finding.Incident == judged.First!.Incident).DistinctBy(finding => finding.Cause).ToList();
            var rest = Math.Max(1 - rivals.Sum(finding => finding.Confidence), 1e-6);

            // A recorded verdict has confidences alone: p = exp(score / T) / Z and rest = exp(other / T) / Z give the score back.
            return new(
                [.. rivals.Select(finding => finding.Score ?? Confidence.Other + Confidence.Temperature * Math.Log(Math.Max(finding.Confidence, 1e-6) / rest))],
                [.. rivals.Select(finding => judged.Case.Causes.Contains(finding.Cause))],
                FoldOf(judged.Case.Id));
        }

        /// <summary>The truth among the candidates, or else "none of these".</summary>
        public double Loss(double temperature, double other)
        {
            var highest = Math.Max(Scores.Max(), other);
            var rest = Math.Exp((other - highest) / temperature);
            var (sum, right) = (rest, 0d);
            for (var i = 0; i < Scores.Length; i++)
            {
                var weight = Math.Exp((Scores[i] - highest) / temperature);
                sum += weight;
                right += Right[i] ? weight : 0;
            }

            return -Math.Log(Math.Max((Right.Contains(true) ? right : rest) / sum, ProbabilityMin));
        }

        /// <summary>By the id, so that a new case moves no other one to another fold.</summary>
        private static int FoldOf(string id) => (int)(id.Aggregate(2166136261u, (hash, letter) => (hash ^ letter) * 16777619u) % Folds);
    }
}
