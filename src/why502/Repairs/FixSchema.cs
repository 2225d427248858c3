using System.Text.Json;
using Why502.Diagnosis;
using static Why502.Reports.SchemaWriter;

namespace Why502.Cli.Repairs;

/// <summary>The JSON Schema of <see cref="FixJson"/>. Objects stay open: additions are no break.</summary>
internal static class FixSchema
{
    private static readonly (string Name, Action<Utf8JsonWriter> Type)[] Top =
    [
        ("schema", json => Constant(json, FixJson.SchemaId)),
        ("act", json => Enumeration(json, ["plan", "apply", "undo", "recover", "history", "refused"])),
        ("refused", Nullable("string")),
        ("plans", json => Array(json, "plan")),
        ("outcomes", json => Array(json, "outcome")),
        ("history", json => Array(json, "repair")),
    ];

    private static readonly (string Name, Action<Utf8JsonWriter> Type)[] Plan =
    [
        ("cause", json => Enumeration(json, [.. CauseRegistry.All.Select(cause => cause.Id).Order(StringComparer.Ordinal)])),
        ("confidence", Type("number")),
        ("title", Type("string")),
        ("summary", Type("string")),
        ("reloads", Type("boolean")),
        ("steps", json => Array(json, "step")),
        ("yours", json => Array(json, items => Object(items, [("text", Type("string")), ("command", Nullable("string"))]))),
        ("owners", json => Array(json, items => Object(items, [("file", Type("string")), ("owner", Type("string")), ("instead", Type("string"))]))),
        ("pending", Strings),
        ("obstacles", Strings),
    ];

    private static readonly (string Name, Action<Utf8JsonWriter> Type)[] Step =
    [
        ("what", Type("string")),
        ("why", Nullable("string")),
        ("disturbs", json => Enumeration(json, ["none", "reload", "restart"])),
        ("risk", Type("string")),
        ("undo", Nullable("string")),
        ("file", Nullable("string")),
        ("diff", Nullable("string")),
    ];

    private static readonly (string Name, Action<Utf8JsonWriter> Type)[] Outcome =
    [
        ("done", Type("boolean")),
        ("proven", Type("boolean")),
        ("taken_back", Type("boolean")),
        ("problem", Nullable("string")),
        ("repair", Nullable("string")),
        ("proof", Strings),
        ("stuck", Strings),
    ];

    private static readonly (string Name, Action<Utf8JsonWriter> Type)[] Repair =
    [
        ("repair", Type("string")),
        ("at", Type("string")),
        ("state", json => Enumeration(json, FixJson.States)),
        ("cause", Type("string")),
        ("why", Nullable("string")),
        ("steps", json => Array(json, "step")),
    ];

    public static string Render() => Document("The result of why502 fix --format json", Top, ("plan", Plan), ("step", Step), ("outcome", Outcome), ("repair", Repair));

    private static void Strings(Utf8JsonWriter json) => Array(json, Type("string"));
}
