using System.Text.Json;
using static Why502.Reports.SchemaWriter;

namespace Why502.Cli.Traffic;

/// <summary>The JSON Schema of <see cref="TrafficJson"/>. Objects stay open: additions are no break.</summary>
internal static class TrafficSchema
{
    private static readonly (string Name, Action<Utf8JsonWriter> Type)[] Top =
    [
        ("schema", json => Constant(json, TrafficJson.SchemaId)),
        ("partial", Type("boolean")),
        ("inputs", json => Array(json, "input")),
        ("rows", Integer),
        ("malformed", Integer),
        ("malformed_samples", json => Array(json, "malformed")),
        ("from", Nullable("string")),
        ("to", Nullable("string")),
        ("status", Counts),
        ("origin", Reference("origin")),
        ("request_time", NullOrReference("quantiles")),
        ("upstreams", json => Array(json, "upstream")),
        ("retries", Reference("retries")),
        ("minute_step", Integer),
        ("minutes", json => Array(json, "minute")),
        ("routes", json => Array(json, "route")),
        ("methods", json => Array(json, "method")),
        ("hosts", json => Array(json, "host")),
        ("clients", json => Array(json, "client")),
        ("distinct_clients", Nullable("integer")),
        ("distinct_paths", Nullable("integer")),
        ("slow", json => Array(json, "slow")),
        ("findings", json => Array(json, "finding")),
        ("unlogged", json => Array(json, "unlogged")),
    ];

    private static readonly (string Name, Action<Utf8JsonWriter> Type)[] Input =
        [("name", Type("string")), ("format", Type("string")), ("format_source", json => Enumeration(json, ["given", "config", "recognised", "empty"])), ("bytes", Integer), ("problem", Nullable("string"))];

    private static readonly (string Name, Action<Utf8JsonWriter> Type)[] Malformed = [("file", Type("string")), ("line", Integer), ("text", Type("string"))];

    private static readonly (string Name, Action<Utf8JsonWriter> Type)[] Origin = [("nginx", Integer), ("upstream", Integer), ("client", Integer), ("unknown", Integer)];

    private static readonly (string Name, Action<Utf8JsonWriter> Type)[] Retries = [("requests", Integer), ("hidden", Integer)];

    private static readonly (string Name, Action<Utf8JsonWriter> Type)[] Quantiles =
        [("count", Integer), .. new[] { "min", "mean", "p50", "p90", "p95", "p99", "max" }.Select(name => (name, Type("number")))];

    private static readonly (string Name, Action<Utf8JsonWriter> Type)[] Upstream =
    [
        ("upstream", Type("string")),
        ("is_group", Type("boolean")),
        ("attempts", Integer),
        ("final", Integer),
        ("failed", Integer),
        ("hidden", Integer),
        ("status", Counts),
        ("final_status", Counts),
        ("origin", Reference("origin")),
        ("quantiles", Reference("upstream_quantiles")),
        ("series_step", Integer),
        ("series", json => Array(json, "slot")),
    ];

    private static readonly (string Name, Action<Utf8JsonWriter> Type)[] UpstreamQuantiles =
        [("response_time", NullOrReference("quantiles")), ("header_time", NullOrReference("quantiles")), ("connect_time", NullOrReference("quantiles"))];

    private static readonly (string Name, Action<Utf8JsonWriter> Type)[] Slot = [("minute", Type("string")), ("attempts", Integer), ("failed", Integer)];

    private static readonly (string Name, Action<Utf8JsonWriter> Type)[] Minute =
        [("minute", Type("string")), .. new[] { "rows", "2xx", "3xx", "4xx", "499", "5xx", "502", "503", "504" }.Select(name => (name, (Action<Utf8JsonWriter>)Integer)), ("mean_time", Nullable("number"))];

    private static readonly (string Name, Action<Utf8JsonWriter> Type)[] Finding =
    [
        ("kind", Type("string")),
        ("cause", Nullable("string")),
        ("title", Type("string")),
        ("upstream", Nullable("string")),
        ("from", Nullable("string")),
        ("to", Nullable("string")),
        ("count", Integer),
        ("of", Integer),
        ("p_value", Nullable("number")),
        ("limit", Nullable("number")),
        ("evidence", json => Array(json, Type("string"))),
        ("next", Type("string")),
    ];

    private static readonly (string Name, Action<Utf8JsonWriter> Type)[] Unlogged = [("variable", Type("string")), ("would_tell", Type("string"))];

    public static string Render() => Document(
        "The result of why502 traffic --format json",
        Top,
        ("input", Input),
        ("malformed", Malformed),
        ("origin", Origin),
        ("retries", Retries),
        ("quantiles", Quantiles),
        ("upstream", Upstream),
        ("upstream_quantiles", UpstreamQuantiles),
        ("slot", Slot),
        ("minute", Minute),
        ("route", [.. Frequent("route"), ("request_time", NullOrReference("quantiles"))]),
        ("method", Frequent("method")),
        ("host", Frequent("host")),
        ("client", Frequent("client")),
        ("slow", [("from", Type("number")), ("answered", Integer), ("timed_out", Integer)]),
        ("finding", Finding),
        ("unlogged", Unlogged));

    private static (string Name, Action<Utf8JsonWriter> Type)[] Frequent(string name) =>
        [(name, Type("string")), ("count", Integer), ("count_error", Integer), ("5xx", Integer), ("499", Integer)];

    private static void Counts(Utf8JsonWriter json)
    {
        json.WriteString("type", "object");
        json.WriteStartObject("additionalProperties");
        Integer(json);
        json.WriteEndObject();
    }
}
