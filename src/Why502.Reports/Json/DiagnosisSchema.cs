using System.Text.Json;
using Why502.Diagnosis;
using static Why502.Reports.SchemaWriter;

namespace Why502.Reports;

/// <summary>
/// The JSON Schema of <see cref="JsonReport"/>, generated from the registry so that a new cause appears in it by itself.
/// Objects stay open: additions are no break.
/// </summary>
public static class DiagnosisSchema
{
    public static string Render() => Document("The result of why502 diagnose --format json", Top, ("finding", Finding), ("timeline", Timeline), ("change", Change), ("evidence", Evidence), ("fix", Fix), ("unobserved", Unobserved));

    private static readonly (string Name, Action<Utf8JsonWriter> Type)[] Top =
    [
        ("schema", json => Constant(json, ContractWords.SchemaId)),
        ("verdict", json => Enumeration(json, ContractWords.Verdicts)),
        ("took_ms", json => Integer(json)),
        ("findings", json => Array(json, "finding")),
        ("unexplained", json => Array(json, items => Object(items, [("file", Nullable("string")), ("line", Nullable("integer")), ("text", Type("string"))]))),
        ("notes", json => Array(json, items => Object(items, [("text", Type("string"))]))),
        ("unobserved", json => Array(json, "unobserved")),
    ];

    private static readonly (string Name, Action<Utf8JsonWriter> Type)[] Finding =
    [
        ("incident", Type("string")),
        ("cause", json => Enumeration(json, CauseIds())),
        ("confidence", json => Range(json)),
        ("state", json => Enumeration(json, ContractWords.States)),
        ("title", Type("string")),
        ("phase", json => Enumeration(json, ContractWords.Phases)),
        ("side", json => Enumeration(json, ContractWords.Sides)),
        ("how", json => Enumeration(json, ContractWords.Hows)),
        ("origin", json => Enumeration(json, ContractWords.Origins)),
        ("proxy_error", Nullable("string")),
        ("scope", json => Object(json,
        [
            ("server", Nullable("string")),
            ("location", Nullable("string")),
            ("upstream", Nullable("string")),
            ("config", config => NullOr(config, place => Object(place, [("file", Type("string")), ("line", number => Integer(number))]))),
        ])),
        ("impact", json => Object(json,
        [
            ("requests", number => Integer(number)),
            ("first", Time),
            ("last", Time),
            ("of", Nullable("integer")),
            ("share", Nullable("number")),
            ("clients", Nullable("integer")),
            ("routes", list => Array(list, Type("string"))),
            ("upstreams", list => Array(list, Type("string"))),
        ])),
        ("timeline", Reference("timeline")),
        ("evidence", json => Array(json, "evidence")),
        ("ruled_out", json => Array(json, items => Object(items, [("cause", Type("string")), ("because", Type("string"))]))),
        ("fix", NullOrReference("fix")),
    ];

    private static readonly (string Name, Action<Utf8JsonWriter> Type)[] Timeline =
    [
        ("rate_per_minute", Nullable("number")),
        ("period_s", Nullable("number")),
        ("bursts", json => Array(json, items => Object(items, [("from", Time), ("to", Time), ("requests", number => Integer(number))]))),
        ("beginning_seen", Type("boolean")),
        ("changes", json => Array(json, "change")),
        ("began_after", NullOrReference("change")),
        ("ended_with", NullOrReference("change")),
    ];

    private static readonly (string Name, Action<Utf8JsonWriter> Type)[] Change =
    [
        ("at", Time),
        ("what", Type("string")),
        ("seconds_before", Nullable("number")),
        ("source", json => Enumeration(json, ContractWords.SourceWords)),
        ("file", Nullable("string")),
        ("line", Nullable("integer")),
    ];

    private static readonly (string Name, Action<Utf8JsonWriter> Type)[] Evidence =
    [
        ("supports", Type("boolean")),
        ("source", json => Enumeration(json, ContractWords.SourceWords)),
        ("file", Nullable("string")),
        ("line", Nullable("integer")),
        ("text", Type("string")),
    ];

    private static readonly (string Name, Action<Utf8JsonWriter> Type)[] Fix =
    [
        ("summary", Type("string")),
        ("commands", json => Array(json, Type("string"))),
        ("edits", json => Array(json, items => Object(items, [("file", Type("string")), ("diff", Type("string"))]))),
        ("steps", json => Array(json, items => Object(items, [("text", Type("string")), ("command", Nullable("string"))]))),
        ("later", Nullable("string")),
        ("verify", Nullable("string")),
    ];

    private static readonly (string Name, Action<Utf8JsonWriter> Type)[] Unobserved =
    [
        ("what", Type("string")),
        ("why", Type("string")),
        ("would_tell", Type("string")),
        ("decides", json => Array(json, items => Enumeration(items, CauseIds()))),
    ];

    private static IReadOnlyList<string> CauseIds() => [.. CauseRegistry.All.Select(cause => cause.Id).Order(StringComparer.Ordinal)];
}
