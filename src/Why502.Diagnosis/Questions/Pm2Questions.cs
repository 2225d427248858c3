namespace Why502.Diagnosis;

/// <summary>The apps that the PM2 daemons of this machine know, running or not.</summary>
public sealed record Pm2Apps : Question<Pm2AppsFact>
{
    public override Cost Cost => Cost.Read;

    public override string What => "apps of PM2";

    public override string WouldTell => "which of its apps should serve the address, and whether PM2 gave it up";
}

public sealed record Pm2AppsFact(IReadOnlyList<Pm2App> Apps) : Fact;

/// <summary>One process of PM2's list; an app with several instances is there several times.</summary>
public sealed record Pm2App
{
    /// <summary>PM2's number of it (pm_id), which stays as long as its daemon runs.</summary>
    public required int Id { get; init; }

    public required string Name { get; init; }

    /// <summary>online, launching, stopping, stopped, errored, "waiting restart", one-launch-status (constants.js).</summary>
    public required string State { get; init; }

    /// <summary>The daemon's directory.</summary>
    public required string Home { get; init; }

    /// <summary>Whose daemon it is; null where the account has no name.</summary>
    public string? Owner { get; init; }

    /// <summary>0 where it does not run: then the app is one of its saved list (dump.pm2), and its state is "saved".</summary>
    public int DaemonPid { get; init; }

    /// <summary>The unit that starts the daemon at boot (pm2 startup), where it does not run.</summary>
    public string? Unit { get; init; }

    /// <summary>Starts after the first.</summary>
    public int Restarts { get; init; }

    public int? ExitCode { get; init; }

    /// <summary>Its script.</summary>
    public string? Script { get; init; }

    /// <summary>Where it was told to listen, in nginx's form; ":3000" without an address.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>Where PM2 writes what it prints; errors first.</summary>
    public IReadOnlyList<string> Output { get; init; } = [];

    /// <summary>PM2's command in its owner's name, without the verb; null where it cannot be run in his name from here.</summary>
    public IReadOnlyList<string>? Control { get; init; }
}
