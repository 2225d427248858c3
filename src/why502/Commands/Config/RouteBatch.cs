using System.Text;
using System.Text.Json;
using Why502.Nginx;
using Why502.Nginx.Routing;

namespace Why502.Cli.Commands.Config;

/// <summary>Requests from standard input, a JSON object a line; a configuration is loaded once, however many requests name it.</summary>
internal static class RouteBatch
{
    private static readonly UTF8Encoding Utf8 = new(false);

    public static int Run(Stream input, Terminal terminal)
    {
        var loaded = new Dictionary<string, (NginxConfiguration? Configuration, string? Problem)>(StringComparer.Ordinal);
        var files = new DiskRouteFiles();
        using var reader = new StreamReader(input, Utf8);
        while (reader.ReadLine() is { } line)
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                terminal.Write(Answer(line, loaded, files));
            }
        }

        return ExitStatus.Healthy;
    }

    private static ReadOnlySpan<byte> Answer(string line, Dictionary<string, (NginxConfiguration? Configuration, string? Problem)> loaded, DiskRouteFiles files)
    {
        string? path;
        RouteRequest request;
        try
        {
            using var json = JsonDocument.Parse(line);
            path = Text(json.RootElement, "config");
            request = Request(json.RootElement);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return RouteJson.Error($"the line is not a JSON request: {failure.Message}");
        }

        if (path is null)
        {
            return RouteJson.Error("\"config\" is missing");
        }

        if (!loaded.TryGetValue(path, out var found))
        {
            loaded.Add(path, found = ConfigFiles.Load(path));
        }

        return found.Configuration is { } configuration ? RouteJson.Line(configuration.Route(request, files)) : RouteJson.Error(found.Problem!);
    }

    private static RouteRequest Request(JsonElement json) => new()
    {
        Listen = Text(json, "listen"),
        Tls = json.TryGetProperty("tls", out var tls) && tls.ValueKind == JsonValueKind.True,
        Host = Text(json, "host"),
        Uri = Text(json, "uri") ?? "/",
        Method = Text(json, "method") ?? "GET",
        HttpVersion = Text(json, "http"),
        Client = Text(json, "client"),
        MachineName = Environment.MachineName,
    };

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
