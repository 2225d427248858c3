using Why502.Logs;

namespace Why502.Diagnosis;

public sealed partial class Scene
{
    /// <summary>Requests that got a status of this origin; without an upstream nginx answered by itself.</summary>
    public Scene Gets(string path, int status, StatusOrigin origin, long count, string? upstream = null, double seconds = 0.01, string? host = "shop.example", int minutesAgo = 1, bool timed = true, bool named = true)
    {
        access.Add(new()
        {
            Method = "GET",
            Path = path,
            Route = path,
            Host = host,
            ServerName = host is null || !named ? null : "shop.example",
            Status = status,
            UpstreamAddr = upstream,
            UpstreamStatuses = upstream is null ? [] : [status],
            Origin = origin,
            Count = count,
            First = Now.AddMinutes(-10),
            Last = Now.AddMinutes(-minutesAgo),
            RequestTime = timed ? new(seconds * 0.9, seconds, seconds, seconds, seconds, count) : null,
            Samples = status < 400 ? [] : [new LogLine(AccessLogPath, 1, Now.AddMinutes(-minutesAgo).UtcDateTime, $"192.0.2.7 - - \"GET {path} HTTP/1.1\" {status}")],
        });
        return this;
    }

    /// <summary>Requests that the upstream failed with one status, and for which nginx gave a page of its own with another.</summary>
    public Scene GetsPage(string path, int status, int upstreamStatus, string upstream, long count)
    {
        Gets(path, status, StatusOrigin.Upstream, count, upstream);
        access[^1] = access[^1] with { UpstreamStatuses = [upstreamStatus], Samples = [new LogLine(AccessLogPath, 1, Now.AddMinutes(-1).UtcDateTime, $"192.0.2.7 - - \"GET {path} HTTP/1.1\" {status}")] };
        return this;
    }

    /// <summary>Requests that <paramref name="upstream"/> answered after another server had failed them with <paramref name="firstStatus"/>.</summary>
    public Scene Retried(string path, int firstStatus, string upstream, double seconds, long count)
    {
        Answered(path, 200, upstream, seconds, count);
        access[^1] = access[^1] with { UpstreamStatuses = [firstStatus, 200] };
        return this;
    }

    /// <summary>Requests of which nearly all were answered in <paramref name="usual"/> seconds, and a few in up to <paramref name="slowest"/>.</summary>
    public Scene Mostly(string path, int status, string upstream, double usual, double slowest, long count)
    {
        Answered(path, status, upstream, usual, count);
        access[^1] = access[^1] with { UpstreamResponseTime = new(usual / 2, usual, usual * 2, slowest, slowest, count) };
        return this;
    }

    /// <summary>A pattern that the whole access log shows.</summary>
    public Scene Shows(TrafficPattern pattern)
    {
        patterns.Add(pattern);
        return this;
    }
}
