using Why502.Traffic;

namespace Why502.Cli.Traffic;

/// <summary>Charts as inline SVG. They are stretched to the width there is, so all words stand beside them as text.</summary>
internal sealed class TrafficCharts(HtmlText html, TrafficReport report)
{
    private const int TicksCount = 7;

    /// <summary>Rows of the heat map.</summary>
    private const int HeatNodesMax = 12;

    /// <summary>Seconds of the histogram.</summary>
    private const int SecondsMax = 120;

    /// <summary>Height of a plot in its own units.</summary>
    private const double Height = 100;

    private static readonly (string Name, string Style)[] Errors = [("502", "s502"), ("504", "s504"), ("503", "s503"), ("other 5xx", "s500"), ("499", "s499")];

    private int ids;

    public void OverTime()
    {
        if (report.Minutes.Count == 0)
        {
            return;
        }

        var axis = new TimeAxis(report);
        long[] rows = new long[axis.Count];
        long[][] errors = [.. Errors.Select(_ => new long[axis.Count])];
        double[] time = new double[axis.Count];
        long[] timed = new long[axis.Count];
        foreach (var minute in report.Minutes)
        {
            var at = axis.Column(minute.Minute);
            rows[at] += minute.Rows;
            errors[0][at] += minute.BadGateway;
            errors[1][at] += minute.GatewayTimeout;
            errors[2][at] += minute.Unavailable;
            errors[3][at] += minute.ServerError - minute.BadGateway - minute.GatewayTimeout - minute.Unavailable;
            errors[4][at] += minute.Abandoned;
            time[at] += (minute.MeanTime ?? 0) * minute.Rows;
            timed[at] += minute.MeanTime is null ? 0 : minute.Rows;
        }

        html.Add($"<h2>Over time</h2>\n");
        var most = rows.Max();
        Open("Requests", $"Requests per {axis.LengthWords}; at most {TrafficWords.Count(most)}.", $"at most {TrafficWords.Count(most)} per {axis.LengthWords}", [], axis.Count, "plot");
        for (var i = 0; i < axis.Count; i++)
        {
            Bar(i, rows[i], 0, most, "req");
            Hint(i, rows[i] > 0 ? $"{axis.Label(i)}: {TrafficWords.Count(rows[i])} requests" : "");
        }

        Close(axis);
        ErrorsOverTime(axis, errors);
        if (timed.Sum() > 0)
        {
            TimeOverTime(axis, time, timed);
        }
    }

    private void ErrorsOverTime(TimeAxis axis, long[][] errors)
    {
        var sums = Enumerable.Range(0, axis.Count).Select(column => errors.Sum(kind => kind[column])).ToArray();
        var most = sums.Max();
        if (most == 0)
        {
            html.Add($"<p class=\"soft\">No 5xx and no 499.</p>\n");
            return;
        }

        var present = Errors.Where((_, kind) => errors[kind].Any(count => count > 0)).ToList();
        var worst = Array.IndexOf(sums, most);
        Open("Failed requests", $"Requests with 5xx and 499 per {axis.LengthWords}, stacked by status; most in {axis.Label(worst)} UTC: {TrafficWords.Count(most)}.", $"at most {TrafficWords.Count(most)} per {axis.LengthWords}", present, axis.Count, "plot");
        foreach (var finding in report.Findings.Where(finding => finding is { Kind: "error-wave" or "bad-node", From: not null, To: not null }))
        {
            var (from, to) = (axis.Column(finding.From!.Value), axis.Column(finding.To!.Value.AddMinutes(-1)));
            html.Add($"<rect class=\"window\" x=\"{from}\" y=\"0\" width=\"{to - from + 1}\" height=\"{Height}\"/>");
        }

        for (var i = 0; i < axis.Count; i++)
        {
            long below = 0;
            for (var kind = 0; kind < Errors.Length; kind++)
            {
                Bar(i, errors[kind][i], below, most, Errors[kind].Style);
                below += errors[kind][i];
            }

            Hint(i, below == 0 ? "" : $"{axis.Label(i)}: {string.Join(", ", Errors.Select((error, kind) => (error.Name, Count: errors[kind][i])).Where(error => error.Count > 0).Select(error => $"{TrafficWords.Count(error.Count)} × {error.Name}"))}");
        }

        Close(axis);
    }

    private void TimeOverTime(TimeAxis axis, double[] time, long[] timed)
    {
        var means = time.Zip(timed, (sum, count) => count == 0 ? 0 : sum / count).ToArray();
        var most = means.Max();
        Open("Mean request time", $"Mean request time per {axis.LengthWords}; at most {TrafficWords.Duration(most)}.", $"at most {TrafficWords.Duration(most)}", [], axis.Count, "plot low");
        for (var i = 0; i < axis.Count; i++)
        {
            Bar(i, means[i], 0, most, "s499");
            Hint(i, timed[i] > 0 ? $"{axis.Label(i)}: {TrafficWords.Duration(means[i])}" : "");
        }

        Close(axis);
    }

    /// <summary>Which node failed when: the ones with most to see.</summary>
    public void Heat()
    {
        var accused = report.Findings.Where(finding => finding.Kind == "bad-node").Select(finding => finding.Upstream).ToHashSet();
        var nodes = report.Upstreams.Where(node => node.Failed > 0 && node.Series.Count > 0).OrderByDescending(node => accused.Contains(node.Upstream)).ThenByDescending(node => node.Failed).Take(HeatNodesMax).ToList();
        if (report.Minutes.Count < 2 || nodes.Count == 0)
        {
            return;
        }

        var axis = new TimeAxis(report, nodes);
        html.Add($"<h2>Failures by node over time</h2>\n<figure><figcaption><span class=\"legend\">share of attempts that failed:");
        foreach (var (level, words) in new[] { (0, "none"), (1, "to 1 %"), (2, "to 5 %"), (3, "to 20 %"), (4, "to 50 %"), (5, "more") })
        {
            html.Add($" <span><svg viewBox=\"0 0 1 1\" aria-hidden=\"true\"><rect class=\"h{level}\" width=\"1\" height=\"1\"/></svg>{words}</span>");
        }

        html.Add($"</span></figcaption>\n<div class=\"heat\">\n");
        foreach (var node in nodes)
        {
            HeatRow(node, axis);
        }

        Ticks(axis.Ticks(TicksCount));
        html.Add($"</div></figure>\n");
    }

    private void HeatRow(UpstreamTraffic node, TimeAxis axis)
    {
        long[] attempts = new long[axis.Count], failed = new long[axis.Count];
        foreach (var minute in node.Series)
        {
            var at = axis.Column(minute.Minute);
            attempts[at] += minute.Attempts;
            failed[at] += minute.Failed;
        }

        html.Add($"<code>{node.Upstream}</code>");
        Svg($"Failures of {node.Upstream}", $"{TrafficWords.Count(node.Failed)} of {TrafficWords.Count(node.Attempts)} attempts failed, {TrafficWords.Share(node.Failed, node.Attempts)}.", axis.Count, 1, "");
        for (var i = 0; i < axis.Count;)
        {
            // Neighbours without a failure are one rectangle.
            var end = i + 1;
            while (failed[i] == 0 && end < axis.Count && failed[end] == 0 && attempts[end] > 0 == attempts[i] > 0)
            {
                end++;
            }

            if (attempts[i] > 0 && failed[i] == 0)
            {
                html.Add($"<rect class=\"h0\" x=\"{i}\" width=\"{end - i}\" height=\"1\"/>");
            }
            else if (attempts[i] > 0)
            {
                html.Add($"<rect class=\"h{Level(failed[i] / (double)attempts[i])}\" x=\"{i}\" width=\"1.02\" height=\"1\"><title>{$"{axis.Label(i)}: {TrafficWords.Count(failed[i])} of {TrafficWords.Count(attempts[i])} failed"}</title></rect>");
            }

            i = end;
        }

        html.Add($"</svg>\n");
    }

    private static int Level(double share) => share switch { <= 0.01 => 1, <= 0.05 => 2, <= 0.2 => 3, <= 0.5 => 4, _ => 5 };

    /// <summary>Answers and time-outs by duration, where a finding names a limit.</summary>
    public void NearLimits()
    {
        foreach (var limit in report.Findings.Where(finding => finding.Limit is not null).Select(finding => finding.Limit!.Value).Distinct().Order())
        {
            // From half the limit on, and as far behind it; with long limits a bar is several seconds.
            var step = Math.Max(1000, limit / SecondsMax / 1000 * 1000);
            var first = limit / 2 / step;
            var count = (int)(limit / step * 13 / 10 - first + 2);
            long[] answered = new long[count], late = new long[count];
            foreach (var second in report.Slow.Where(second => second.From / step >= first && second.From / step < first + count))
            {
                answered[second.From / step - first] += second.Answered;
                late[second.From / step - first] += second.TimedOut;
            }

            Histogram(limit, step, first, answered, late);
        }
    }

    /// <summary>Of the chart's width.</summary>
    private const double LimitWidth = 0.004;

    private void Histogram(long limit, long step, long first, long[] answered, long[] late)
    {
        var most = Math.Max(1, answered.Zip(late, (a, b) => a + b).Max());
        var words = $"{limit / 1000.0:0.#} s";
        html.Add($"<h2>How long slow answers took, around the limit of {words}</h2>\n");
        Open("Attempts by duration", $"Attempts per {step / 1000} s of duration; {TrafficWords.Count(answered.Sum())} answered, {TrafficWords.Count(late.Sum())} timed out with 504.", $"at most {TrafficWords.Count(most)} per {(step == 1000 ? "second" : $"{step / 1000} seconds")} of duration",
            [("answered", "req"), ("504", "s504")], answered.Length, "plot");
        for (var i = 0; i < answered.Length; i++)
        {
            Bar(i, answered[i], 0, most, "req");
            Bar(i, late[i], answered[i], most, "s504");
            Hint(i, answered[i] + late[i] == 0 ? "" : $"{(first + i) * step / 1000} s: {TrafficWords.Count(answered[i])} answered, {TrafficWords.Count(late[i])} × 504");
        }

        html.Add($"<rect class=\"limit\" x=\"{limit / (double)step - first - LimitWidth / 2 * answered.Length}\" y=\"0\" width=\"{LimitWidth * answered.Length}\" height=\"{Height}\"><title>{"limit: " + words}</title></rect></svg>\n");
        var ticks = Math.Min(TicksCount, answered.Length + 1);
        Ticks(Enumerable.Range(0, ticks).Select(tick => $"{(first + (long)answered.Length * tick / (ticks - 1)) * step / 1000} s"));
        html.Add($"</figure>\n");
    }

    /// <summary>A share as a bar in a table's cell; the number stands beside it.</summary>
    public static void Share(HtmlText html, long part, long all, string style)
    {
        var share = part / (double)Math.Max(all, 1);
        html.Add($"<td>{TrafficWords.Share(part, all)}<svg viewBox=\"0 0 100 1\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect class=\"track\" width=\"100\" height=\"1\"/><rect class=\"{style}\" width=\"{Math.Min(share, 1) * 100}\" height=\"1\"/></svg></td>");
    }

    private void Open(string title, string description, string note, IReadOnlyList<(string Name, string Style)> legend, int columns, string style)
    {
        html.Add($"<figure><figcaption><b>{title}</b>");
        if (legend.Count > 0)
        {
            html.Add($"<span class=\"legend\">");
            foreach (var (name, colour) in legend)
            {
                html.Add($"<span><svg viewBox=\"0 0 1 1\" aria-hidden=\"true\"><rect class=\"{colour}\" width=\"1\" height=\"1\"/></svg>{name}</span>");
            }

            html.Add($"</span>");
        }

        html.Add($"<span class=\"soft\">{note}</span></figcaption>\n");
        Svg(title, description, columns, Height, style);
    }

    private void Svg(string title, string description, int columns, double height, string style)
    {
        var id = ++ids;
        html.Add($"<svg class=\"{style}\" viewBox=\"0 0 {columns} {height}\" preserveAspectRatio=\"none\" role=\"img\" aria-labelledby=\"t{id} d{id}\"><title id=\"t{id}\">{title}</title><desc id=\"d{id}\">{description}</desc>\n");
    }

    private void Bar(int column, double value, double below, double most, string style)
    {
        if (value > 0)
        {
            // What there is can be seen, however small; bars overlap a little, or their edges show.
            var height = Math.Max(value / most * Height, 0.8);
            html.Add($"<rect class=\"{style}\" x=\"{column}\" y=\"{Math.Max(0, Height - below / most * Height - height)}\" width=\"1.02\" height=\"{height}\"/>");
        }
    }

    private void Hint(int column, string words)
    {
        if (words.Length > 0)
        {
            html.Add($"<rect class=\"hit\" x=\"{column}\" y=\"0\" width=\"1\" height=\"{Height}\"><title>{words}</title></rect>\n");
        }
    }

    private void Close(TimeAxis axis)
    {
        html.Add($"</svg>\n");
        Ticks(axis.Ticks(TicksCount));
        html.Add($"</figure>\n");
    }

    private void Ticks(IEnumerable<string> labels)
    {
        html.Add($"<div class=\"axis\">");
        foreach (var label in labels)
        {
            html.Add($"<span>{label}</span>");
        }

        html.Add($"</div>\n");
    }
}
