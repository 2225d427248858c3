using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Why502.Reports;

/// <summary>The words of JSON Schema that the published schemas use.</summary>
public static class SchemaWriter
{
    private const int BytesAtFirst = 16 * 1024;

    /// <summary>A whole schema: its title, what the top object has, and the objects that it refers to.</summary>
    public static string Document(string title, (string, Action<Utf8JsonWriter>)[] top, params IReadOnlyList<(string Name, (string, Action<Utf8JsonWriter>)[] Properties)> definitions)
    {
        ArgumentNullException.ThrowIfNull(definitions);
        var buffer = new ArrayBufferWriter<byte>(BytesAtFirst);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("$schema", "https://json-schema.org/draft/2020-12/schema");
            json.WriteString("title", title);
            Object(json, top);
            json.WriteStartObject("$defs");
            foreach (var (name, properties) in definitions)
            {
                Definition(json, name, properties);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    private static void Definition(Utf8JsonWriter json, string name, (string, Action<Utf8JsonWriter>)[] properties)
    {
        json.WriteStartObject(name);
        Object(json, properties);
        json.WriteEndObject();
    }

    public static void Object(Utf8JsonWriter json, (string Name, Action<Utf8JsonWriter> Type)[] properties)
    {
        json.WriteString("type", "object");
        json.WriteStartArray("required");
        foreach (var (name, _) in properties)
        {
            json.WriteStringValue(name);
        }

        json.WriteEndArray();
        json.WriteStartObject("properties");
        foreach (var (name, type) in properties)
        {
            json.WriteStartObject(name);
            type(json);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    public static void Array(Utf8JsonWriter json, string definition) => Array(json, Reference(definition));

    public static void Array(Utf8JsonWriter json, Action<Utf8JsonWriter> items)
    {
        json.WriteString("type", "array");
        json.WriteStartObject("items");
        items(json);
        json.WriteEndObject();
    }

    /// <summary>One of the schema's own definitions.</summary>
    public static Action<Utf8JsonWriter> Reference(string definition) => json => json.WriteString("$ref", $"#/$defs/{definition}");

    public static Action<Utf8JsonWriter> NullOrReference(string definition) => json => NullOr(json, Reference(definition));

    public static void NullOr(Utf8JsonWriter json, Action<Utf8JsonWriter> type)
    {
        json.WriteStartArray("anyOf");
        json.WriteStartObject();
        json.WriteString("type", "null");
        json.WriteEndObject();
        json.WriteStartObject();
        type(json);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    public static void Enumeration(Utf8JsonWriter json, IReadOnlyList<string> words)
    {
        json.WriteString("type", "string");
        json.WriteStartArray("enum");
        foreach (var word in words)
        {
            json.WriteStringValue(word);
        }

        json.WriteEndArray();
    }

    public static void Constant(Utf8JsonWriter json, string value) => json.WriteString("const", value);

    public static void Integer(Utf8JsonWriter json)
    {
        json.WriteString("type", "integer");
        json.WriteNumber("minimum", 0);
    }

    public static void Range(Utf8JsonWriter json)
    {
        json.WriteString("type", "number");
        json.WriteNumber("minimum", 0);
        json.WriteNumber("maximum", 1);
    }

    public static void Time(Utf8JsonWriter json)
    {
        Nullable("string")(json);
        json.WriteString("format", "date-time");
    }

    public static Action<Utf8JsonWriter> Type(string type) => json => json.WriteString("type", type);

    public static Action<Utf8JsonWriter> Nullable(string type) => json =>
    {
        json.WriteStartArray("type");
        json.WriteStringValue(type);
        json.WriteStringValue("null");
        json.WriteEndArray();
    };
}
