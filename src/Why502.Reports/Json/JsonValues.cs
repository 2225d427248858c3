using System.Globalization;
using System.Text.Json;
using Why502.Logs;

namespace Why502.Reports;

/// <summary>Values of the published JSON: text made safe, times in RFC 3339, null where nothing is known.</summary>
public static class JsonValues
{
    /// <summary>A file, an address, a name or a command, as it is; a text whose parts were redacted where they were read.</summary>
    public static void Text(Utf8JsonWriter json, string name, string? text)
    {
        ArgumentNullException.ThrowIfNull(json);
        if (text is null)
        {
            json.WriteNull(name);
        }
        else
        {
            json.WriteString(name, SafeText.OneLine(text));
        }
    }

    /// <summary>Words for a person, of which some may be another program's: without the secrets in them.</summary>
    public static void Prose(Utf8JsonWriter json, string name, string? text) => Text(json, name, text is null ? null : Redactor.Text(text));

    public static void Prose(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(texts);
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(SafeText.OneLine(Redactor.Text(text)));
        }

        json.WriteEndArray();
    }

    public static void Number(Utf8JsonWriter json, string name, long? number)
    {
        ArgumentNullException.ThrowIfNull(json);
        if (number is { } value)
        {
            json.WriteNumber(name, value);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    public static void Time(Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        ArgumentNullException.ThrowIfNull(json);
        if (time is { } value)
        {
            json.WriteString(name, value.ToString("yyyy-MM-dd'T'HH:mm:ssK", CultureInfo.InvariantCulture));
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
