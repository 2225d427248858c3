using Why502.Logs;

namespace Why502.Diagnosis;

public sealed partial class Scene
{
    /// <summary>Requests that got a status of this origin; without an upstream nginx answered by itself.</summary>
    public Scene Gets(string path, int status, StatusOrigin origin, long count, string? upstream = null, double seconds = 0.01, string host = "shop.example", int minutesAgo = 1)
    {
        access.Add(new()
        {
            Method = "GET",
            Path = path,
            Route = path,
            Host = host,
            ServerName = "shop.example",
            Status = status,
            UpstreamAddr = upstream,
            UpstreamStatuses = upstream is null ? [] : [status],
            Origin = origin,
            Count = count,
            First = Now.AddMinutes(-10),
            Last = Now.AddMinutes(-minutesAgo),
            RequestTime = new(seconds * 0.9, seconds, seconds, seconds, seconds, count),
            Samples = status < 400 ? [] : [new LogLine(AccessLogPath, 1, Now.AddMinutes(-minutesAgo).UtcDateTime, $"192.0.2.7 - - \"GET {path} HTTP/1.1\" {status}")],
        });
        return this;
    }
}
