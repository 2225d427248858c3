using System.Text.Json;
using static Why502.Reports.SchemaWriter;

namespace Why502.Cli.Verify;

/// <summary>The JSON Schema of <see cref="VerifyJson"/>. Objects stay open: additions are no break.</summary>
internal static class VerifySchema
{
    private static readonly string[] Verdicts = [.. Enum.GetValues<ProofVerdict>().Select(VerifyJson.Of)];

    private static readonly (string Name, Action<Utf8JsonWriter> Type)[] Top =
    [
        ("schema", json => Constant(json, VerifyJson.SchemaId)),
        ("verdict", json => Enumeration(json, Verdicts)),
        ("clients", json => Enumeration(json, Verdicts)),
        ("why", Type("string")),
        ("took_ms", Integer),
        ("interrupted", Type("boolean")),
        ("cases", json => Array(json, "case")),
        ("error_log", json => Array(json, "line")),
        ("other_error_log_lines", Integer),
        ("watched", Strings),
        ("unseen", Strings),
    ];

    private static readonly (string Name, Action<Utf8JsonWriter> Type)[] Case =
    [
        ("what", Type("string")),
        ("path", Nullable("string")),
        ("at", Nullable("string")),
        ("group", Nullable("string")),
        ("verdict", json => Enumeration(json, Verdicts)),
        ("clients", json => Enumeration(json, Verdicts)),
        ("why", Type("string")),
        ("limit", NullOrReference("limit")),
        ("rows", json => Array(json, "row")),
        ("logged_failures", Integer),
        ("notes", Strings),
    ];

    private static readonly (string Name, Action<Utf8JsonWriter> Type)[] Row =
    [
        ("way", json => Enumeration(json, ["nginx", "straight"])),
        ("address", Nullable("string")),
        ("name", Nullable("string")),
        ("backup", Type("boolean")),
        ("down", Type("boolean")),
        ("wanted", Integer),
        ("attempts", Integer),
        ("ok", Integer),
        ("failed", Integer),
        ("unproven", Integer),
        ("unseen", Integer),
        ("results", json => Array(json, items => Object(items, [("result", Type("string")), ("count", Integer)]))),
        ("connect_ms", NullOrReference("times")),
        ("tls_ms", NullOrReference("times")),
        ("header_ms", NullOrReference("times")),
        ("body_ms", NullOrReference("times")),
        ("header_bytes", Nullable("integer")),
        ("buffer_bytes", Nullable("integer")),
        ("limit", NullOrReference("limit")),
        ("proven_by_timeout_s", Nullable("integer")),
        ("restraint", Nullable("string")),
        ("errors", Strings),
    ];

    private static readonly (string Name, Action<Utf8JsonWriter> Type)[] Times = [("min", Type("number")), ("p50", Type("number")), ("p90", Type("number")), ("max", Type("number"))];

    private static readonly (string Name, Action<Utf8JsonWriter> Type)[] Limit = [("longest_ms", Integer), ("directive", Type("string")), ("value_ms", Integer), ("servers", Integer)];

    private static readonly (string Name, Action<Utf8JsonWriter> Type)[] Line =
    [
        ("file", Type("string")),
        ("text", Type("string")),
        ("count", Integer),
        ("message", Nullable("string")),
        ("upstream", Nullable("string")),
        ("causes", Strings),
    ];

    public static string Render() => Document("The result of why502 verify --format json", Top, ("case", Case), ("row", Row), ("times", Times), ("limit", Limit), ("line", Line));

    private static void Strings(Utf8JsonWriter json) => Array(json, Type("string"));

}
