using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Why502.Diagnosis;

namespace Why502.Reports;

/// <summary>The published contract: schema <c>why502/diagnosis/1</c>, additive changes only (docs/schema/diagnosis-1.schema.json).</summary>
public static class JsonReport
{
    private const int EvidenceMax = 5;

    // Text was sanitised before; the relaxed encoder keeps diffs and paths readable and still escapes control characters.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Render(ReportInput input)
    {
        var buffer = new ArrayBufferWriter<byte>(16 * 1024);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            Write(json, input);
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter json, ReportInput input)
    {
        var diagnosis = input.Conclusion;
        json.WriteStartObject();
        json.WriteString("schema", ContractWords.SchemaId);
        json.WriteString("verdict", ContractWords.Of(diagnosis.Verdict));
        json.WriteNumber("took_ms", (long)Math.Max(0, input.Took.TotalMilliseconds));
        json.WriteStartArray("findings");
        foreach (var finding in diagnosis.Findings)
        {
            WriteFinding(json, finding);
        }

        json.WriteEndArray();
        json.WriteStartArray("unexplained");
        foreach (var line in diagnosis.Unexplained)
        {
            json.WriteStartObject();
            JsonValues.Text(json, "file", line.File);
            JsonValues.Number(json, "line", line.Line);
            JsonValues.Text(json, "text", line.Text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("notes");
        foreach (var note in diagnosis.Notes)
        {
            json.WriteStartObject();
            JsonValues.Text(json, "text", note);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteUnobserved(json, diagnosis.Unobserved);
        json.WriteEndObject();
    }

    private static void WriteFinding(Utf8JsonWriter json, Finding finding)
    {
        var incident = finding.Incident;
        json.WriteStartObject();
        json.WriteString("incident", incident.Id);
        json.WriteString("cause", finding.Cause.Id);
        json.WriteNumber("confidence", Math.Round(Math.Clamp(finding.Confidence, 0, 1), 4));
        json.WriteString("state", ContractWords.Of(incident.State));
        JsonValues.Text(json, "title", finding.Title);
        json.WriteString("phase", ContractWords.Of(incident.Phase));
        json.WriteString("side", ContractWords.Of(incident.Side));
        json.WriteString("how", ContractWords.Of(incident.How));
        json.WriteString("origin", ContractWords.Of(incident.Origin));
        JsonValues.Text(json, "proxy_error", finding.Cause.Info.ProxyError is "" or "-" ? null : finding.Cause.Info.ProxyError);
        WriteScope(json, Scope.Of(finding));
        json.WriteStartObject("impact");
        json.WriteNumber("requests", incident.Requests);
        JsonValues.Time(json, "first", incident.First);
        JsonValues.Time(json, "last", incident.Last);
        ImpactJson.Write(json, incident);
        json.WriteEndObject();
        TimelineJson.Write(json, incident);
        WriteEvidence(json, finding);
        json.WriteStartArray("ruled_out");
        foreach (var other in finding.RuledOut)
        {
            json.WriteStartObject();
            json.WriteString("cause", other.Cause);
            JsonValues.Text(json, "because", other.Because);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteFix(json, finding);
        json.WriteEndObject();
    }

    private static void WriteScope(Utf8JsonWriter json, Scope scope)
    {
        json.WriteStartObject("scope");
        JsonValues.Text(json, "server", scope.Server);
        JsonValues.Text(json, "location", scope.Location);
        JsonValues.Text(json, "upstream", scope.Upstream);
        if (scope.Config is { } config)
        {
            json.WriteStartObject("config");
            JsonValues.Text(json, "file", config.File);
            json.WriteNumber("line", config.Line);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("config");
        }

        json.WriteEndObject();
    }

    private static void WriteEvidence(Utf8JsonWriter json, Finding finding)
    {
        json.WriteStartArray("evidence");
        if (Symptoms.AsEvidence(finding.Incident) is { } symptom)
        {
            WriteEvidence(json, symptom);
        }

        foreach (var evidence in Symptoms.Weighed(finding).Take(EvidenceMax))
        {
            WriteEvidence(json, evidence);
        }

        json.WriteEndArray();
    }

    private static void WriteEvidence(Utf8JsonWriter json, Evidence evidence)
    {
        json.WriteStartObject();
        json.WriteBoolean("supports", evidence.Supports);
        json.WriteString("source", evidence.Source);
        JsonValues.Text(json, "file", evidence.File);
        JsonValues.Number(json, "line", evidence.Line);
        JsonValues.Text(json, "text", evidence.Text);
        json.WriteEndObject();
    }

    private static void WriteFix(Utf8JsonWriter json, Finding finding)
    {
        if (finding.Fix is not { } fix)
        {
            json.WriteNull("fix");
            return;
        }

        json.WriteStartObject("fix");
        JsonValues.Text(json, "summary", fix.Summary);
        json.WriteStartArray("commands");
        foreach (var command in FixPlan.Commands(fix))
        {
            json.WriteStringValue(SafeText.Lines(command));
        }

        json.WriteEndArray();
        json.WriteStartArray("edits");
        foreach (var edit in fix.Edits)
        {
            json.WriteStartObject();
            JsonValues.Text(json, "file", edit.File);
            json.WriteString("diff", ShownDiff.Of(edit));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("steps");
        foreach (var step in fix.Steps)
        {
            json.WriteStartObject();
            JsonValues.Text(json, "text", step.Text);
            JsonValues.Text(json, "command", step.Command);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        JsonValues.Text(json, "later", fix.Later);
        JsonValues.Text(json, "verify", FixPlan.VerifyCommand(finding));
        json.WriteEndObject();
    }

    private static void WriteUnobserved(Utf8JsonWriter json, IReadOnlyList<UnobservedItem> items)
    {
        json.WriteStartArray("unobserved");
        foreach (var item in items)
        {
            json.WriteStartObject();
            JsonValues.Text(json, "what", item.What);
            JsonValues.Text(json, "why", item.Why);
            JsonValues.Text(json, "would_tell", item.WouldTell);
            json.WriteStartArray("decides");
            foreach (var cause in item.Decides)
            {
                json.WriteStringValue(cause);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
