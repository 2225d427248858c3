using System.Globalization;
using Why502.Diagnosis;
using Why502.Reports;

namespace Why502.Cli.Verify;

/// <summary>Both ways side by side, and the sentence that follows from them.</summary>
internal static class VerifyPage
{
    private static readonly string[] Heads = ["", "status", "connect", "header", "total", "header bytes"];

    public static Page Render(IReadOnlyList<VerifyCase> cases, int width)
    {
        var page = new Page(width);
        page.Wrapped("", Verdict(cases), Works(cases) == true ? Ink.Proof : Works(cases) == false ? Ink.Fault : Ink.Doubt);
        foreach (var tried in cases)
        {
            page.Blank();
            page.Line(new Run(Ink.Strong, tried.What), new Run(Ink.Faint, tried.At is null ? "" : $"   {tried.At}"));
            Table(page, tried.Rows);
        }

        return page;
    }

    /// <summary>True when every place works both ways, false when one does not, null when too little could be tried.</summary>
    public static bool? Works(IReadOnlyList<VerifyCase> cases)
    {
        if (cases.Any(tried => tried.Rows.Any(row => row.Works == false && (!row.Straight || !tried.Rows.Any(other => !other.Straight && other.Works == true)))))
        {
            return false;
        }

        return cases.Count > 0 && cases.All(tried => tried.Rows.Any(row => row.Works == true)) ? true : null;
    }

    private static string Verdict(IReadOnlyList<VerifyCase> cases)
    {
        if (cases.Count == 0)
        {
            return "Nothing to verify: no nginx configuration with a proxied location was found. Name it with --config FILE, or give a URL.";
        }

        if (cases.Count > 1)
        {
            var broken = cases.Count(tried => Works([tried]) == false);
            var silent = cases.Count(tried => Works([tried]) is null);
            return broken > 0 ? $"{broken} of {cases.Count} proxied locations do not work. Why: why502"
                : silent > 0 ? $"{cases.Count - silent} of {cases.Count} proxied locations work; the others could not be tried."
                : $"Works: all {cases.Count} proxied locations.";
        }

        return Verdict(cases[0]);
    }

    private static string Verdict(VerifyCase tried)
    {
        var through = tried.Rows.FirstOrDefault(row => !row.Straight);
        var straight = tried.Rows.Where(row => row.Straight).ToList();
        if (through is null)
        {
            return straight.Count == 0 ? "Not tried: the upstream's address is in a variable."
                : straight.All(row => row.Works == true) ? "The upstream accepts connections; no path of this location is known to be asked by GET, so none was."
                : $"The upstream does not work: {straight.First(row => row.Works != true).Way} {What(straight.First(row => row.Works != true))}. Why: why502";
        }

        var direct = straight.Count == 0 ? "" : straight.All(row => row.Works == true) ? $", and straight to the upstream {What(straight[0])}" : $", while straight to {straight.First(row => row.Works != true).Way} {What(straight.First(row => row.Works != true))}";
        return through.Works switch
        {
            true => $"Works: {What(through)} through nginx{direct}.",
            false => $"Does not work: {What(through)} through nginx{direct}. Why: why502",
            _ => $"Not seen: {through.Answer.Unobserved}.",
        };
    }

    private static string What(VerifyRow row) => row.Answer.Fact switch
    {
        ResponseFact { Outcome: ProbeOutcome.Ok, Status: { } status } => status.ToString(CultureInfo.InvariantCulture),
        ResponseFact response => Word(response.Outcome),
        ConnectFact { Outcome: ProbeOutcome.Ok } => "accepts connections",
        ConnectFact connect => Word(connect.Outcome),
        _ => row.Answer.Unobserved ?? "was not seen",
    };

    private static string Word(ProbeOutcome outcome) => outcome switch
    {
        ProbeOutcome.Ok => "no status",
        ProbeOutcome.Refused => "is refused",
        ProbeOutcome.TimedOut => "does not answer in time",
        ProbeOutcome.Unreachable => "cannot be reached",
        ProbeOutcome.NotFound => "is not there",
        ProbeOutcome.PermissionDenied => "may not be opened",
        ProbeOutcome.QueueFull => "has a full queue",
        ProbeOutcome.Reset => "resets the connection",
        ProbeOutcome.Closed => "closes the connection",
        ProbeOutcome.TlsFailed => "fails the TLS handshake",
        ProbeOutcome.Invalid => "answers something that is no HTTP",
        _ => "fails",
    };

    private static void Table(Page page, IReadOnlyList<VerifyRow> rows)
    {
        var cells = rows.Select(Cells).Prepend(Heads).ToList();
        var widths = Enumerable.Range(0, Heads.Length).Select(column => cells.Max(row => row[column].Length)).ToArray();
        for (var i = 0; i < cells.Count; i++)
        {
            var text = "  " + string.Join("   ", cells[i].Select((cell, column) => column == 0 ? cell.PadRight(widths[0]) : cell.PadLeft(widths[column])));
            page.Line(text.TrimEnd(), i == 0 ? Ink.Faint : rows[i - 1].Works switch { true => Ink.Plain, false => Ink.Fault, _ => Ink.Doubt });
            if (i > 0 && Remark(rows[i - 1]) is { } remark)
            {
                page.Wrapped("    ", remark, Ink.Faint);
            }
        }
    }

    private static string[] Cells(VerifyRow row) => row.Answer.Fact switch
    {
        ResponseFact response =>
        [
            row.Straight ? $"straight to {row.Way}" : row.Way,
            response.Status?.ToString(CultureInfo.InvariantCulture) ?? Word(response.Outcome),
            Milliseconds(response.ConnectMs),
            Milliseconds(response.HeaderMs),
            Milliseconds(response.TotalMs),
            response.HeaderBytes > 0 ? row.Straight && row.BufferBytes is { } buffer ? $"{Bytes(response.HeaderBytes)} of {Bytes(buffer)}" : Bytes(response.HeaderBytes) : "-",
        ],
        ConnectFact connect => [$"connection to {row.Way}", connect.Outcome == ProbeOutcome.Ok ? "accepted" : Word(connect.Outcome), Milliseconds(connect.TookMs), "-", "-", "-"],
        _ => [row.Straight ? $"straight to {row.Way}" : row.Way, "not seen", "-", "-", "-", "-"],
    };

    private static string? Remark(VerifyRow row) => row.Answer.Fact switch
    {
        ResponseFact { Error: { Length: > 0 } error, Outcome: not ProbeOutcome.Ok } => error,
        ResponseFact response when row.Straight && row.BufferBytes is { } buffer && response.HeaderBytes > buffer
            => $"the response header does not fit: {Bytes(response.HeaderBytes)} bytes into {Bytes(buffer)}; the largest field is {response.LargestHeader} ({Bytes(response.LargestHeaderBytes)})",
        null => row.Answer.Unobserved,
        _ => null,
    };

    private static string Milliseconds(double? time) => time is { } ms ? ms < 10 ? $"{ms.ToString("0.0", CultureInfo.InvariantCulture)} ms" : $"{ms.ToString("0", CultureInfo.InvariantCulture)} ms" : "-";

    private static string Bytes(long bytes) => bytes.ToString("#,0", CultureInfo.InvariantCulture);
}
