using System.Text.Json;
using Why502.Diagnosis;
using Why502.Diagnosis.Readings;

namespace Why502.Reports;

/// <summary>How many requests of how many, whose, where and through which nodes.</summary>
internal static class ImpactJson
{
    /// <summary>The most frequent ones say where; a scanner leaves thousands.</summary>
    private const int RoutesMax = 8;

    public static void Write(Utf8JsonWriter json, Incident incident)
    {
        var impact = ImpactReading.Of(incident);
        Number(json, "of", impact.Total);
        if (impact.Share is { } share)
        {
            json.WriteNumber("share", Math.Round(share, 4));
        }
        else
        {
            json.WriteNull("share");
        }

        Number(json, "clients", impact.Clients);
        List(json, "routes", [.. incident.Routes.Take(RoutesMax)]);
        List(json, "upstreams", impact.Upstreams);
    }

    private static void Number(Utf8JsonWriter json, string name, long? number)
    {
        if (number is { } value)
        {
            json.WriteNumber(name, value);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static void List(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(SafeText.OneLine(text));
        }

        json.WriteEndArray();
    }
}
