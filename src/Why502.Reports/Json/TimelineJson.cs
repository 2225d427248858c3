using System.Text.Json;
using Why502.Diagnosis;

namespace Why502.Reports;

/// <summary>The <c>timeline</c> of a finding: how its failures are spread, and what changed around them.</summary>
internal static class TimelineJson
{
    public static void Write(Utf8JsonWriter json, Incident incident)
    {
        json.WriteStartObject("timeline");
        Number(json, "rate_per_minute", incident.Course?.PerMinute);
        Number(json, "period_s", incident.Course?.Period?.TotalSeconds);
        json.WriteStartArray("bursts");
        foreach (var burst in incident.Course?.Bursts ?? [])
        {
            json.WriteStartObject();
            JsonValues.Time(json, "from", burst.From);
            JsonValues.Time(json, "to", burst.To);
            json.WriteNumber("requests", burst.Requests);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteBoolean("beginning_seen", incident.Timeline?.BeginningSeen == true);
        json.WriteStartArray("changes");
        foreach (var change in incident.Timeline?.Before ?? [])
        {
            Value(json, change, incident.First);
        }

        json.WriteEndArray();
        Property(json, "began_after", incident.Timeline?.Trigger, incident.First);
        Property(json, "ended_with", incident.Timeline?.After, null);
        json.WriteEndObject();
    }

    private static void Property(Utf8JsonWriter json, string name, Change? change, DateTimeOffset? first)
    {
        if (change is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WritePropertyName(name);
        Value(json, change, first);
    }

    private static void Value(Utf8JsonWriter json, Change change, DateTimeOffset? first)
    {
        json.WriteStartObject();
        JsonValues.Time(json, "at", change.At);
        JsonValues.Text(json, "what", change.What);
        Number(json, "seconds_before", first is { } began ? Math.Max(0, (began - change.At).TotalSeconds) : null);
        JsonValues.Text(json, "source", change.Source);
        JsonValues.Text(json, "file", change.File);
        JsonValues.Number(json, "line", change.Line);
        json.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, Math.Round(number, 2));
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
