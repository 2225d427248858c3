using System.Text.Json;

namespace Why502.Lab.Effective;

/// <summary>What a client and the upstream must see, worked out from the JSON of <c>config effective</c>.</summary>
internal static class Expectation
{
    public static string Of(JsonElement answer, string compiledRoot)
    {
        var settings = answer.GetProperty("settings").EnumerateArray().ToDictionary(s => s.GetProperty("name").GetString()!, s => s.GetProperty("values").EnumerateArray().ToList());
        if (Denied(settings.GetValueOrDefault("allow") is { Count: > 0 } list ? list : settings.GetValueOrDefault("deny") ?? []))
        {
            return "403";
        }

        var headers = Of(settings, "add_header").Select(a => $"{a[0]}: {a[1]}").ToList();
        if (Of(settings, "expires") is [[var time]] && time != "off")
        {
            headers.Add($"Cache-Control: max-age={time.TrimEnd('s')}");
        }

        var sent = Of(settings, "proxy_set_header").ToDictionary(a => a[0], a => a[1]);
        var root = Of(settings, "alias") is [[var alias]] ? alias : Of(settings, "root") is [[var set]] && set != "html" ? set.TrimEnd('/') : compiledRoot;
        headers.Sort(StringComparer.Ordinal);
        return $"200\n{string.Join('\n', headers)}\n"
            + $"A={sent.GetValueOrDefault("X-A", "")} B={sent.GetValueOrDefault("X-B", "")} host={sent.GetValueOrDefault("Host", "127.0.0.1:8081")} connection={sent.GetValueOrDefault("Connection", "close")} root={root}";
    }

    private static List<List<string>> Of(Dictionary<string, List<JsonElement>> settings, string name) =>
        settings.GetValueOrDefault(name)?.Where(v => !v.TryGetProperty("directive", out var directive) || directive.GetString() == name)
            .Select(v => v.GetProperty("arguments").EnumerateArray().Select(a => a.GetString()!).ToList()).ToList() ?? [];

    /// <summary>ngx_http_access_inet: the first rule that fits decides, and without one access is granted.</summary>
    private static bool Denied(List<JsonElement> rules) =>
        rules.FirstOrDefault(r => r.GetProperty("arguments")[0].GetString() is "all" or "127.0.0.1") is { ValueKind: JsonValueKind.Object } rule
        && rule.GetProperty("directive").GetString() == "deny";
}
