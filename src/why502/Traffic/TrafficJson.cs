using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Why502.Reports;
using Why502.Traffic;

namespace Why502.Cli.Traffic;

/// <summary>The JSON contract of <c>traffic --format json</c>: one line, described by docs/schema/traffic-1.schema.json. Durations are seconds, as nginx logs them.</summary>
internal static class TrafficJson
{
    public const string SchemaId = "why502/traffic/1";

    public static byte[] Render(TrafficReport report)
    {
        var buffer = new ArrayBufferWriter<byte>(64 * 1024);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("schema", SchemaId);
            json.WriteBoolean("partial", report.Partial);
            List(json, "inputs", report.Inputs, Input);
            json.WriteNumber("rows", report.Rows);
            json.WriteNumber("malformed", report.Malformed);
            List(json, "malformed_samples", report.MalformedSamples, Malformed);
            Time(json, "from", report.From);
            Time(json, "to", report.To);
            Status(json, "status", report.Status);
            Origin(json, report.Origin);
            Quantiles(json, "request_time", report.RequestTime);
            List(json, "upstreams", report.Upstreams, Upstream);
            json.WriteStartObject("retries");
            json.WriteNumber("requests", report.Retries.Requests);
            json.WriteNumber("hidden", report.Retries.Hidden);
            json.WriteEndObject();
            json.WriteNumber("minute_step", report.MinuteStep);
            List(json, "minutes", report.Minutes, Minute);
            List(json, "routes", report.Routes, (to, value) => Frequent(to, value, "route", timed: true));
            List(json, "methods", report.Methods, (to, value) => Frequent(to, value, "method", timed: false));
            List(json, "hosts", report.Hosts, (to, value) => Frequent(to, value, "host", timed: false));
            List(json, "clients", report.Clients, (to, value) => Frequent(to, value, "client", timed: false));
            JsonValues.Number(json, "distinct_clients", report.DistinctClients);
            JsonValues.Number(json, "distinct_paths", report.DistinctPaths);
            List(json, "slow", report.Slow, Slow);
            List(json, "findings", report.Findings, Finding);
            List(json, "unlogged", report.Unlogged, Unlogged);
            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    private static void List<T>(Utf8JsonWriter json, string name, IReadOnlyList<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(json, item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Input(Utf8JsonWriter json, TrafficInput input)
    {
        json.WriteString("name", Safe(input.Name));
        json.WriteString("format", Safe(input.Format));
        json.WriteString("format_source", input.FormatSource);
        json.WriteNumber("bytes", input.Bytes);
        json.WriteString("problem", input.Problem is { } problem ? Safe(problem) : null);
    }

    private static void Malformed(Utf8JsonWriter json, MalformedRow row)
    {
        json.WriteString("file", Safe(row.File));
        json.WriteNumber("line", row.Line);
        json.WriteString("text", row.Text);
    }

    private static void Upstream(Utf8JsonWriter json, UpstreamTraffic upstream)
    {
        json.WriteString("upstream", upstream.Upstream);
        json.WriteBoolean("is_group", upstream.IsGroup);
        json.WriteNumber("attempts", upstream.Attempts);
        json.WriteNumber("final", upstream.Final);
        json.WriteNumber("failed", upstream.Failed);
        json.WriteNumber("hidden", upstream.Hidden);
        Status(json, "status", upstream.Status);
        Status(json, "final_status", upstream.FinalStatus);
        Origin(json, upstream.Origin);
        json.WriteStartObject("quantiles");
        Quantiles(json, "response_time", upstream.ResponseTime);
        Quantiles(json, "header_time", upstream.HeaderTime);
        Quantiles(json, "connect_time", upstream.ConnectTime);
        json.WriteEndObject();
        json.WriteNumber("series_step", upstream.SeriesStep);
        List(json, "series", upstream.Series, (to, minute) =>
        {
            Time(to, "minute", minute.Minute);
            to.WriteNumber("attempts", minute.Attempts);
            to.WriteNumber("failed", minute.Failed);
        });
    }

    private static void Minute(Utf8JsonWriter json, MinuteTraffic minute)
    {
        Time(json, "minute", minute.Minute);
        json.WriteNumber("rows", minute.Rows);
        json.WriteNumber("2xx", minute.Success);
        json.WriteNumber("3xx", minute.Redirect);
        json.WriteNumber("4xx", minute.ClientError);
        json.WriteNumber("499", minute.Abandoned);
        json.WriteNumber("5xx", minute.ServerError);
        json.WriteNumber("502", minute.BadGateway);
        json.WriteNumber("503", minute.Unavailable);
        json.WriteNumber("504", minute.GatewayTimeout);
        Seconds(json, "mean_time", minute.MeanTime);
    }

    private static void Frequent(Utf8JsonWriter json, FrequentValue value, string name, bool timed)
    {
        json.WriteString(name, value.Value);
        json.WriteNumber("count", value.Count);
        json.WriteNumber("count_error", value.CountError);
        json.WriteNumber("5xx", value.ServerErrors);
        json.WriteNumber("499", value.Abandoned);
        if (timed)
        {
            Quantiles(json, "request_time", value.RequestTime);
        }
    }

    private static void Slow(Utf8JsonWriter json, SlowSecond second)
    {
        Seconds(json, "from", second.From);
        json.WriteNumber("answered", second.Answered);
        json.WriteNumber("timed_out", second.TimedOut);
    }

    private static void Finding(Utf8JsonWriter json, TrafficFinding finding)
    {
        json.WriteString("kind", finding.Kind);
        json.WriteString("cause", finding.Cause);
        json.WriteString("title", finding.Title);
        json.WriteString("upstream", finding.Upstream);
        Time(json, "from", finding.From);
        Time(json, "to", finding.To);
        json.WriteNumber("count", finding.Count);
        json.WriteNumber("of", finding.Of);
        Real(json, "p_value", finding.PValue);
        Seconds(json, "limit", finding.Limit);
        json.WriteStartArray("evidence");
        foreach (var sentence in finding.Evidence)
        {
            json.WriteStringValue(sentence);
        }

        json.WriteEndArray();
        json.WriteString("next", finding.Next);
    }

    private static void Unlogged(Utf8JsonWriter json, UnloggedValue value)
    {
        json.WriteString("variable", value.Variable);
        json.WriteString("would_tell", value.WouldTell);
    }

    private static void Status(Utf8JsonWriter json, string name, IReadOnlyDictionary<int, long> status)
    {
        json.WriteStartObject(name);
        foreach (var (code, count) in status)
        {
            json.WriteNumber(code == 0 ? "-" : code.ToString("000", CultureInfo.InvariantCulture), count);
        }

        json.WriteEndObject();
    }

    private static void Origin(Utf8JsonWriter json, OriginCounts origin)
    {
        json.WriteStartObject("origin");
        json.WriteNumber("nginx", origin.Nginx);
        json.WriteNumber("upstream", origin.Upstream);
        json.WriteNumber("client", origin.Client);
        json.WriteNumber("unknown", origin.Unknown);
        json.WriteEndObject();
    }

    private static void Quantiles(Utf8JsonWriter json, string name, TimeQuantiles? times)
    {
        if (times is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        json.WriteNumber("count", times.Count);
        Seconds(json, "min", times.Min);
        Seconds(json, "mean", times.Mean);
        Seconds(json, "p50", times.P50);
        Seconds(json, "p90", times.P90);
        Seconds(json, "p95", times.P95);
        Seconds(json, "p99", times.P99);
        Seconds(json, "max", times.Max);
        json.WriteEndObject();
    }

    private static void Seconds(Utf8JsonWriter json, string name, double? milliseconds) => Real(json, name, milliseconds is { } known ? Math.Round(known / 1000, 6) : null);

    private static void Real(Utf8JsonWriter json, string name, double? number)
    {
        if (number is { } known)
        {
            json.WriteNumber(name, known);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static void Time(Utf8JsonWriter json, string name, DateTimeOffset? time)
        => json.WriteString(name, time?.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));

    private static string Safe(string text) => Why502.Logs.Sanitizer.Line(text);
}
