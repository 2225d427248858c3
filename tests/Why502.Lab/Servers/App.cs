using System.Text.Json;
using Why502.Lab.Machine;

namespace Why502.Lab.Servers;

/// <summary>An upstream under way: its process, its folder and the requests it has seen.</summary>
public sealed class App(string folder, LabProcess process)
{
    public LabProcess Process => process;

    public string Folder => folder;

    /// <summary>Every request the app has seen, in order: method, target, and what a probe must never send.</summary>
    public IReadOnlyList<SeenRequest> Requests() =>
        [.. File.ReadLines(Path.Combine(folder, "requests.log")).Select(line => JsonSerializer.Deserialize<SeenRequest>(line, JsonSerializerOptions.Web)!)];

    /// <summary>Waits until so many requests for a route have reached the app.</summary>
    public void WaitFor(int requests, string route)
        => Poll.Until(() => File.Exists(Path.Combine(folder, "requests.log")) && Requests().Count(request => request.Target.StartsWith(route, StringComparison.Ordinal)) >= requests, $"{requests} requests for {route}", seconds: 30);
}

/// <summary>A request as the app saw it.</summary>
public sealed record SeenRequest(string Method, string Target, string? Cookie, string? Authorization, string? Agent);
