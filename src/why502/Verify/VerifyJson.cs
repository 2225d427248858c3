using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Why502.Diagnosis;
using Why502.Reports;
using static Why502.Reports.JsonValues;

namespace Why502.Cli.Verify;

/// <summary>The JSON contract of <c>verify --format json</c>: one line, described by docs/schema/verify-1.schema.json.</summary>
internal static class VerifyJson
{
    public const string SchemaId = "why502/verify/1";

    public static string Of(ProofVerdict verdict) => verdict switch
    {
        ProofVerdict.Works => "works",
        ProofVerdict.Fails => "fails",
        _ => "unproven",
    };

    public static byte[] Render(Proof proof)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("schema", SchemaId);
            json.WriteString("verdict", Of(proof.Verdict));
            json.WriteString("clients", Of(proof.Clients));
            Prose(json, "why", proof.Why);
            json.WriteNumber("took_ms", (long)proof.Took.TotalMilliseconds);
            json.WriteBoolean("interrupted", proof.Interrupted);
            json.WriteStartArray("cases");
            foreach (var tried in proof.Cases)
            {
                Case(json, tried);
            }

            json.WriteEndArray();
            json.WriteStartArray("error_log");
            foreach (var line in proof.Meanwhile.Lines)
            {
                Line(json, line);
            }

            json.WriteEndArray();
            json.WriteNumber("other_error_log_lines", proof.Meanwhile.Others);
            Prose(json, "watched", proof.Meanwhile.Files);
            Prose(json, "unseen", proof.Meanwhile.Unseen);
            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    private static void Case(Utf8JsonWriter json, VerifyCase tried)
    {
        json.WriteStartObject();
        Prose(json, "what", tried.What);
        Prose(json, "path", tried.Path);
        Prose(json, "at", tried.At);
        Prose(json, "group", tried.Group);
        json.WriteString("verdict", Of(CaseVerdict.Of(tried)));
        json.WriteString("clients", Of(CaseVerdict.OfClients(tried)));
        json.WriteString("why", CaseVerdict.Sentence(tried));
        Limit(json, tried.Limit);
        json.WriteStartArray("rows");
        foreach (var row in tried.Rows)
        {
            Row(json, row);
        }

        json.WriteEndArray();
        json.WriteNumber("logged_failures", tried.LoggedFailures);
        Prose(json, "notes", tried.Notes);
        json.WriteEndObject();
    }

    private static void Row(Utf8JsonWriter json, VerifyRow row)
    {
        json.WriteStartObject();
        json.WriteString("way", row.Straight ? "straight" : "nginx");
        Prose(json, "address", row.Straight ? row.Way : null);
        Prose(json, "name", row.Name);
        json.WriteBoolean("backup", row.Backup);
        json.WriteBoolean("down", row.Down);
        json.WriteNumber("wanted", row.Wanted);
        json.WriteNumber("attempts", row.Attempts.Count);
        json.WriteNumber("ok", row.Count(AttemptEnd.Ok));
        json.WriteNumber("failed", row.Count(AttemptEnd.Failed));
        json.WriteNumber("unproven", row.Count(AttemptEnd.Open));
        json.WriteNumber("unseen", row.Count(AttemptEnd.Unseen));
        json.WriteStartArray("results");
        foreach (var (what, count) in row.Statuses)
        {
            json.WriteStartObject();
            json.WriteString("result", what);
            json.WriteNumber("count", count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        Times(json, "connect_ms", row.Connect);
        Times(json, "tls_ms", row.Tls);
        Times(json, "header_ms", row.Header);
        Times(json, "body_ms", row.Body);
        Number(json, "header_bytes", row.HeaderBytes > 0 ? row.HeaderBytes : null);
        Number(json, "buffer_bytes", row.BufferBytes);
        Limit(json, row.Limit);
        Number(json, "proven_by_timeout_s", (long?)row.ProvenBy?.TotalSeconds);
        Prose(json, "restraint", row.Restraint);
        Prose(json, "errors", [.. row.Attempts.Select(attempt => attempt.Response?.Error ?? attempt.Answer.Unobserved).OfType<string>().Distinct().Take(5)]);
        json.WriteEndObject();
    }

    private static void Limit(Utf8JsonWriter json, WaitLimit? limit)
    {
        if (limit is null)
        {
            json.WriteNull("limit");
            return;
        }

        json.WriteStartObject("limit");
        json.WriteNumber("longest_ms", (long)limit.Longest.TotalMilliseconds);
        json.WriteString("directive", limit.Directive);
        json.WriteNumber("value_ms", (long)limit.Value.TotalMilliseconds);
        json.WriteNumber("servers", limit.Servers);
        json.WriteEndObject();
    }

    private static void Line(Utf8JsonWriter json, LoggedLine line)
    {
        json.WriteStartObject();
        Text(json, "file", line.Line.File);
        json.WriteString("text", line.Line.Text);
        json.WriteNumber("count", line.Count);
        Prose(json, "message", line.MessageId);
        Prose(json, "upstream", line.Upstream);
        Prose(json, "causes", line.Causes);
        json.WriteEndObject();
    }

    private static void Times(Utf8JsonWriter json, string name, Quantiles? times)
    {
        if (times is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        json.WriteNumber("min", Math.Round(times.Least, 3));
        json.WriteNumber("p50", Math.Round(times.Median, 3));
        json.WriteNumber("p90", Math.Round(times.P90, 3));
        json.WriteNumber("max", Math.Round(times.Most, 3));
        json.WriteEndObject();
    }
}
