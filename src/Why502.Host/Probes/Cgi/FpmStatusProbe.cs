using System.Net;
using System.Text.Json;
using Why502.Diagnosis;

namespace Why502.Host.Probes;

/// <summary>Asks a PHP-FPM pool for its status page in JSON (fpm_status.c).</summary>
internal sealed class FpmStatusProbe(FastCgiProbe fastCgi, ProbeLimits limits)
{
    /// <returns>The fact, or the reason why there is none.</returns>
    public async Task<(FpmStatusFact? Fact, string? Unobserved)> AskAsync(IReadOnlyList<EndPoint> peers, string statusPath, CancellationToken cancellation)
    {
        var parameters = FastCgiProbe.Parameters(statusPath, statusPath, "localhost", "json");
        var (response, body) = await fastCgi.GetAsync(peers, parameters, limits.StatusPagePatience, cancellation).ConfigureAwait(false);
        if (response.Outcome != ProbeOutcome.Ok)
        {
            return (null, response.Error ?? response.Outcome.ToString());
        }

        if (response.Status is { } status and not 200)
        {
            return (null, $"the pool answered {status} to its status path");
        }

        return Parse(body) is { } fact ? (fact, null) : (null, "the answer is no FPM status page");
    }

    internal static FpmStatusFact? Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 8 });
            var root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object && root.TryGetProperty("pool", out _) ? Read(root) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static FpmStatusFact Read(JsonElement page) => new(
        Text(page, "pool"),
        Text(page, "process manager"),
        Int(page, "listen queue"),
        Int(page, "max listen queue"),
        Int(page, "listen queue len"),
        Int(page, "idle processes"),
        Int(page, "active processes"),
        Int(page, "total processes"),
        Int(page, "max active processes"),
        Int(page, "max children reached"),
        Int(page, "slow requests"),
        page.TryGetProperty("accepted conn", out var accepted) && accepted.TryGetInt64(out var count) ? count : 0);

    private static string Text(JsonElement page, string name)
        => page.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static int Int(JsonElement page, string name)
        => page.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : 0;
}
