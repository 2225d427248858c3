namespace Why502.Diagnosis.Readings;

/// <summary>Whether the connection of a failed request may have served another one before.</summary>
public static class Reuse
{
    /// <summary>Null where neither the configuration nor the version that decides is known.</summary>
    public static bool? Of(Incident incident)
    {
        if (incident.Location is not { } location)
        {
            return null;
        }

        if (incident.Instance.Release?.Core is { } version)
        {
            return location.KeepaliveToUpstream(version);
        }

        // Before 1.29.7 it had to be asked for, since then it has to be forbidden.
        var (before, since) = (location.KeepaliveToUpstream(new Version(1, 28, 0)), location.KeepaliveToUpstream(new Version(1, 29, 7)));
        return before == since ? before : null;
    }
}
