using System.Globalization;
using System.Text;
using Why502.Diagnosis;
using Why502.Logs;
using Why502.Nginx;

namespace Why502.Reports;

/// <summary>A pasted log line taken apart: what nginx was doing, what the client got, which causes write it, and where to look next.</summary>
public static class LinePage
{
    private const int CausesMax = 10;

    /// <summary>The page, and whether the line was recognised.</summary>
    public static (Page Page, bool Known) Render(string text, int width = Page.WidthDefault)
    {
        var page = new Page(width);
        // PHP-FPM's and nginx's masters report their children in the same words; the form of the line tells whose it is.
        if (AppLog.Recognise(Encoding.UTF8.GetBytes(text)) is AppLogKind.PhpFpm or AppLogKind.Gunicorn or AppLogKind.Uwsgi && AppLine.TryWrite(page, text))
        {
            return (page, true);
        }

        if (ErrorLogLine.Parse(text) is { } record)
        {
            if (record.Known is null)
            {
                return (Unrecognised(page, record), false);
            }

            return (Recognised(page, record, record.Known), true);
        }

        if (AppLine.TryWrite(page, text))
        {
            return (page, true);
        }

        page.Wrapped("", "No line that why502 knows: neither of nginx nor of an app server.", Ink.Doubt);
        page.Wrapped("  ", Redactor.Text(Sanitizer.Line(text)));
        page.Blank();
        page.Wrapped("", "Paste the whole line, as the error log has it; or hand over the file: why502 diagnose FILE.");
        return (page, false);
    }

    /// <summary>The causes that can have written a line, the likelier first; empty when the message is not known.</summary>
    public static IReadOnlyList<string> CausesOf(ErrorLogRecord record)
    {
        if (record.Known is not { } known)
        {
            return [];
        }

        var symptom = Symptom.Of(GroupOf(record, known));
        return CausesOf(known, symptom is null ? null : IncidentOf(record, symptom, known));
    }

    private static Page Unrecognised(Page page, ErrorLogRecord record)
    {
        page.Wrapped("", "A line of nginx's error log with a message that nginx's own sources do not have: a module's, or a newer version's.", Ink.Doubt);
        page.Wrapped("  ", Redactor.Text(Sanitizer.Line(record.Message)));
        if (record.Phase is { } phase)
        {
            page.Wrapped("  ", $"nginx was {Safe(phase)}.");
        }

        return page;
    }

    private static Page Recognised(Page page, ErrorLogRecord record, ErrorMessage known)
    {
        var symptom = Symptom.Of(GroupOf(record, known));
        page.Wrapped("", symptom is null ? Plain(record, known) : LineWords.What(record, symptom), Ink.Strong);
        page.Wrapped("", LineWords.Outcome(known, symptom, record));
        if (record.Suspect || (record.UpstreamPeer is not null && !record.UpstreamIsTrusted))
        {
            page.Wrapped("", "Part of this line is text that a client chose; the upstream in it may be forged.", Ink.Doubt);
        }

        var incident = symptom is null ? null : IncidentOf(record, symptom, known);
        var causes = CausesOf(known, incident);
        if (symptom is not null)
        {
            var error = causes.Select(id => CauseRegistry.Find(id)?.Info.ProxyError).FirstOrDefault(error => error is not null and not "-");
            page.Line($"  phase {ContractWords.Of(symptom.Phase)}   side {ContractWords.Of(symptom.Side)}   how {ContractWords.Of(symptom.How)}{(error is null ? "" : $"   RFC 9209 {error}")}");
        }

        if (causes.Count > 0)
        {
            page.Blank();
            page.Line("Causes that write this line, and what tells them apart", Ink.Strong);
            var column = causes.Take(CausesMax).Max(id => id.Length);
            foreach (var id in causes.Take(CausesMax))
            {
                page.Wrapped($"  {id.PadRight(column)}   ", CauseRegistry.Find(id) is { } cause ? Telltale.Of(cause.Info, causes) : CauseNames.Of(id) ?? "");
            }
        }

        page.Blank();
        page.Wrapped("Look next:  ", LineWords.LookNext(record, symptom));
        if (causes.Select(id => CauseRegistry.Find(id)?.Info.DoNot).FirstOrDefault(text => text is { Length: > 0 }) is { } doNot)
        {
            page.Wrapped("", doNot);
        }

        return page;
    }

    private static string Plain(ErrorLogRecord record, ErrorMessage known)
        => $"nginx{(record.Pid is { } pid ? $" {pid}" : "")} logged \"{Safe(record.Message)}\" ({known.Protocol}){(record.Phase is { } phase ? $" while {Safe(phase)}" : "")}.";

    /// <summary>Declared causes whose scope the line is in come first, then those that the table of messages names.</summary>
    private static List<string> CausesOf(ErrorMessage known, Incident? incident)
    {
        var declared = incident is null ? [] : CauseRegistry.All
            .Where(cause => cause.Applies(incident))
            .OrderBy(cause => cause.Info.Residual)
            .ThenByDescending(cause => cause.Info.Prior)
            .Select(cause => cause.Id)
            .ToList();
        return [.. declared.Concat(known.Candidates.Where(id => incident is null || (CauseRegistry.Find(id) is null && CauseNames.FitsPhase(id, incident.Phase)))).Distinct()];
    }

    internal static ErrorGroup GroupOf(ErrorLogRecord record, ErrorMessage known) => new()
    {
        MessageId = known.Id,
        Message = Safe(record.Message),
        Level = record.Level,
        Errno = record.Errno,
        Code = record.Code,
        Phase = record.Phase,
        Server = record.Server,
        UpstreamScheme = record.UpstreamScheme,
        UpstreamPeer = record.UpstreamPeer,
        Count = 1,
        Candidates = known.Candidates,
        Known = known,
    };

    private static Incident IncidentOf(ErrorLogRecord record, Symptom symptom, ErrorMessage known) => new()
    {
        Id = "1",
        Kind = symptom.Kind,
        Phase = symptom.Phase,
        Side = symptom.Side,
        How = symptom.How,
        Errno = record.Errno,
        Message = Safe(record.Message),
        MessageId = known.Id,
        Candidates = known.Candidates,
        Instance = new NginxInstance { ConfigPath = "", Prefix = "/", FromFiles = true },
        Peer = record.UpstreamPeer is { } peer && Endpoint.TryParse(peer, 0, out var endpoint) ? endpoint : null,
        Scheme = record.UpstreamScheme,
        State = IncidentState.Current,
        Requests = 1,
        Traffic = PeerTraffic.Nothing,
    };

    internal static string Safe(string text) => Redactor.Text(Sanitizer.Line(text, 200));

    internal static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
