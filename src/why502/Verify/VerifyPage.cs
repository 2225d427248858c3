using System.Globalization;
using Why502.Diagnosis;
using Why502.Diagnosis.Readings;
using Why502.Reports;

namespace Why502.Cli.Verify;

/// <summary>Both ways side by side, and the sentence that follows from them.</summary>
internal static class VerifyPage
{
    /// <summary>Share of the buffer from which a response header is said to be near its limit.</summary>
    public const double NearBuffer = 0.8;

    private const int CausesMax = 4;

    /// <summary>A slowest answer so far above the usual one is worth a line.</summary>
    private const double OutlierFactor = 3;
    private const double OutlierMsMin = 100;

    private static readonly string[] Heads = ["", "status", "ok", "connect", "tls", "header", "body", "header bytes"];

    public static Page Render(Proof proof, int width)
    {
        var page = new Page(width);
        page.Wrapped("", proof.Why, proof.Verdict switch { ProofVerdict.Works => Ink.Proof, ProofVerdict.Fails => Ink.Fault, _ => Ink.Doubt });
        if (proof.Interrupted)
        {
            page.Line("Interrupted: this is what was seen until then.", Ink.Doubt);
        }

        foreach (var tried in proof.Cases)
        {
            page.Blank();
            var get = tried.Path is { } path && !tried.What.EndsWith(path, StringComparison.Ordinal) ? $"  GET {path}" : "";
            page.Line(new Run(Ink.Strong, tried.What + get), new Run(Ink.Faint, tried.At is null ? "" : $"   {tried.At}"));
            Table(page, tried);
            tried.Notes.ForEach(note => page.Wrapped("  ", note, Ink.Faint));
        }

        Meanwhile(page, proof.Meanwhile);
        return page;
    }

    private static void Table(Page page, VerifyCase tried)
    {
        var rows = tried.Rows.ToList();
        if (rows.Count == 0)
        {
            return;
        }

        var shown = rows.Select(Cells).Prepend(Heads).ToList();
        var columns = Enumerable.Range(0, Heads.Length).Where(column => column == 0 || shown.Skip(1).Any(cells => cells[column] is not ("-" or ""))).ToList();
        var widths = columns.ToDictionary(column => column, column => shown.Max(cells => cells[column].Length));
        for (var i = 0; i < shown.Count; i++)
        {
            var cells = shown[i];
            var text = "  " + string.Join("  ", columns.Select(column => column == 0 ? cells[0].PadRight(widths[0]) : cells[column].PadLeft(widths[column])));
            page.Line(text.TrimEnd(), i == 0 ? Ink.Faint : InkOf(rows[i - 1]));
            if (i > 0)
            {
                foreach (var remark in Remarks(rows[i - 1]))
                {
                    page.Wrapped("    ", remark, Ink.Faint);
                }
            }
        }
    }

    private static Ink InkOf(VerifyRow row) => row.Fails ? Ink.Fault : row.Works ? Ink.Plain : Ink.Doubt;

    private static string[] Cells(VerifyRow row)
    {
        var way = row.Way + (row.Name is { } name ? $" ({name})" : "") + (row.Backup ? " (backup)" : "");
        if (row.Attempts.Count == 0)
        {
            return [way, row.Down ? "down" : "not asked", "", "-", "-", "-", "-", "-"];
        }

        return
        [
            way,
            string.Join('/', row.Statuses.Select(status => status.What)),
            $"{row.Count(AttemptEnd.Ok)} of {row.Attempts.Count}",
            Milliseconds(row.Connect),
            Milliseconds(row.Tls),
            Milliseconds(row.Header),
            Milliseconds(row.Body),
            row.HeaderBytes <= 0 ? "-" : row.BufferBytes is { } buffer ? $"{OutcomeWords.Bytes(row.HeaderBytes)} of {OutcomeWords.Bytes(buffer)}" : OutcomeWords.Bytes(row.HeaderBytes),
        ];
    }

    private static IEnumerable<string> Remarks(VerifyRow row)
    {
        if (row.Restraint is { } restraint)
        {
            yield return restraint;
        }

        if (row.OutOfTime)
        {
            yield return "no time was left to ask it";
        }

        if (row.Count(AttemptEnd.Open) > 0)
        {
            yield return $"not proven: {CaseVerdict.OpenText(row)}";
        }

        foreach (var error in row.Attempts.Where(attempt => attempt.End == AttemptEnd.Failed).Select(attempt => attempt.Response?.Error).OfType<string>().Where(error => error.Length > 0).Distinct().Take(2))
        {
            yield return error;
        }

        foreach (var reason in row.Attempts.Select(attempt => attempt.Answer.Unobserved).OfType<string>().Distinct().Take(1))
        {
            yield return reason;
        }

        if (row.Attempts.Count > 0 && row.Attempts.Count < row.Wanted && row.Count(AttemptEnd.Open) == 0 && row.Attempts[^1].TookMs is { } took)
        {
            yield return $"asked {OutcomeWords.Times(row.Attempts.Count)} instead of {row.Wanted} times: it takes {Words.Seconds(Math.Round(took / 1000, 1))}";
        }

        if (row.Header is { } header && header.Most > OutlierMsMin && header.Most > header.Median * OutlierFactor)
        {
            yield return $"the slowest header took {Milliseconds(header.Most)}, half of them {Milliseconds(header.Median)} or less";
        }

        if (HeaderRemark(row) is { } size)
        {
            yield return size;
        }
    }

    public static string? HeaderRemark(VerifyRow row)
    {
        if (row.BufferBytes is not { } buffer || row.HeaderBytes <= buffer * NearBuffer)
        {
            return null;
        }

        var largest = row.Attempts.Select(attempt => attempt.Response).OfType<ResponseFact>().MaxBy(response => response.HeaderBytes)!;
        return row.HeaderBytes > buffer
            ? $"the response header does not fit: {OutcomeWords.Bytes(row.HeaderBytes)} bytes into {OutcomeWords.Bytes(buffer)}; the largest field is {largest.LargestHeader} ({OutcomeWords.Bytes(largest.LargestHeaderBytes)})"
            : $"the response header fills {row.HeaderBytes * 100 / buffer} % of its buffer; the largest field is {largest.LargestHeader} ({OutcomeWords.Bytes(largest.LargestHeaderBytes)} bytes)";
    }

    private static void Meanwhile(Page page, LoggedMeanwhile meanwhile)
    {
        if (meanwhile.Lines.Count > 0)
        {
            page.Blank();
            page.Line("The error log meanwhile", Ink.Strong);
            foreach (var line in meanwhile.Lines)
            {
                page.Wrapped("  ", line.Line.Text + (line.Count > 1 ? $"   ({line.Count} times)" : ""));
                page.Line($"    {line.Line.File}", Ink.Faint);
                if (line.Causes.Count > 0)
                {
                    page.Wrapped("    can be: ", string.Join(", ", line.Causes.Take(CausesMax)) + (line.Causes.Count > CausesMax ? $" and {line.Causes.Count - CausesMax} more" : ""), Ink.Faint);
                }
            }
        }

        if (meanwhile.Unseen.Count > 0)
        {
            page.Blank();
            page.Wrapped("Not seen: ", string.Join("; ", meanwhile.Unseen.Take(3)), Ink.Doubt);
        }
    }

    private static string Milliseconds(Quantiles? times) => times is null ? "-" : Milliseconds(times.Median);

    private static string Milliseconds(double ms)
        => ms < 10 ? $"{ms.ToString("0.0", CultureInfo.InvariantCulture)} ms"
            : ms < 10_000 ? $"{ms.ToString("0", CultureInfo.InvariantCulture)} ms"
            : $"{(ms / 1000).ToString("0.0", CultureInfo.InvariantCulture)} s";
}
