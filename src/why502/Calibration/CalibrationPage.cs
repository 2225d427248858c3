using System.Globalization;
using System.Text;

namespace Why502.Cli.Calibration;

/// <summary>The tables of <c>why502 calibrate</c> for people.</summary>
internal static class CalibrationPage
{
    public static string Render(Reliability all, Fit? fit, bool showWrong)
    {
        var page = new StringBuilder();
        page.Append(Inv, $"{all.First.Total} cases\n  first finding right      {Of(all.First)}\n  among the first three    {Of(all.Three)}\n  right at {Reliability.SureFrom:0.0} or above    {Of(all.Sure)}\n");
        page.Append("\nstated        cases   mean   right   95 % interval\n");
        foreach (var bin in all.Bins)
        {
            page.Append(Inv, $"{bin.From:0.00} to {bin.To:0.00}  {bin.Right.Total,5}  {Percent(bin.Stated),5}   {Percent(bin.Right.Value),5}   {Percent(bin.Right.Low)} to {Percent(bin.Right.High)}\n");
        }

        page.Append("\ncause                              first   three\n");
        foreach (var cause in all.Causes)
        {
            page.Append(Inv, $"{cause.Cause,-32}  {cause.First.Right,3}/{cause.First.Total,-3} {cause.Three.Right,3}/{cause.Three.Total}\n");
        }

        if (showWrong && all.Wrong.Count > 0)
        {
            page.Append("\nwrong\n");
            foreach (var wrong in all.Wrong)
            {
                var got = string.Join(", ", wrong.Findings.Take(3).Select(finding => string.Create(Inv, $"{finding.Cause} {finding.Confidence:0.00}")));
                page.Append(Inv, $"  {wrong.Case.Id}: {string.Join(" | ", wrong.Case.Causes)}; said {(got.Length > 0 ? got : "nothing")}{(wrong.Case.Open is { } open ? $" (open: {open})" : "")}\n");
            }
        }

        if (fit is not null)
        {
            page.Append(Inv, $"\nfit, {Fit.Folds} folds over {fit.Cases} cases\n  temperature {fit.Temperature:0.00}   other {fit.Other:0.0}   log loss held out {fit.HeldOut:0.000}, with the constants in use {fit.Current:0.000}\n");
        }

        return page.ToString();
    }

    private static readonly CultureInfo Inv = CultureInfo.InvariantCulture;

    private static string Of(Share share) => string.Create(Inv, $"{share.Right}/{share.Total} = {Percent(share.Value)}   ({Percent(share.Low)} to {Percent(share.High)})");

    private static string Percent(double value) => (value * 100).ToString("0.0", Inv) + " %";
}
