namespace Why502.Traffic;

/// <summary>How much is counted.</summary>
public enum TrafficScope
{
    /// <summary>Status, time, upstreams with their quantiles.</summary>
    Core,

    /// <summary>Also routes, methods, hosts and clients.</summary>
    Full,
}
