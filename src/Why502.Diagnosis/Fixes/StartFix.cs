using Why502.Diagnosis.Readings;

namespace Why502.Diagnosis;

/// <summary>Getting the server behind an address to run again, by its unit where there is one.</summary>
internal static class StartFix
{
    public static Fix Of(Incident incident, Observations seen)
    {
        var peer = incident.Peer!;
        if ((ServiceReading.For(peer, seen) ?? ServiceReading.EndedThen(incident, seen)) is { } unit)
        {
            return OfUnit(unit, peer.ToString());
        }

        if (ServiceReading.PoolFor(peer, seen) is { } pool)
        {
            return new Fix
            {
                Summary = $"Start PHP-FPM: its pool {pool.Name} listens on {peer}.",
                Steps =
                [
                    pool.Unit is { } name ? new($"Pool {pool.Name} ({pool.File}:{pool.ListenLine}) belongs to {name}.", $"systemctl start {Shell.Quote(name)}") { Action = new RepairAction.AskUnit(name, UnitVerb.Start) }
                        : new($"Start the PHP-FPM master that reads {pool.File}."),
                ],
            };
        }

        if (ContainerReading.Behind(incident, seen) is { Stopped: true } container && !incident.Instance.FromFiles)
        {
            return ContainerStartFix.Of(container);
        }

        if (SupervisorReading.For(incident, seen) is { } program)
        {
            return SupervisorFix.Of(program, SupervisorReading.Last(program, seen), peer.ToString());
        }

        if (Pm2Reading.Stopped(incident, seen) is { Count: > 0 } apps)
        {
            return apps[0].State == "saved" ? Pm2Fix.OfSaved(apps[0], peer.ToString(), seen) : Pm2Fix.Of(apps, peer.ToString());
        }

        return new Fix
        {
            Summary = $"Start the app that belongs on {peer}.",
            Steps = [new($"Start the app that should listen on {peer}. No unit, pool file, supervised program or process on this machine names this address, so why502 cannot say which one it is; its own log says why it ended.")],
            Later = "Run it as a systemd service with Restart=on-failure, so that a crash lasts seconds.",
        };
    }

    private static Fix OfUnit(UnitFact unit, string address)
    {
        var steps = new List<FixStep>();
        if (unit.ActiveState == "failed")
        {
            steps.Add(new($"{ServiceReading.Ended(unit)}. Read why, and mend that first.", $"journalctl -u {Shell.Quote(unit.Name)} -n 50 --no-pager"));
        }

        if (unit is { ActiveState: "activating", SubState: "auto-restart" })
        {
            // systemd starts it already: once more changes nothing.
            steps.Add(new($"{unit.Name} ends and is started again and again ({unit.RestartCount ?? 0} times): its last words say why.", $"journalctl -u {Shell.Quote(unit.Name)} -n 50 --no-pager"));
            return new Fix { Summary = $"Mend what ends {unit.Name}.", Steps = steps };
        }

        if (unit is { Restart: null or "no", LoadState: "" or "loaded" })
        {
            steps.AddRange(UnitDropIn.Steps(unit.Name, $"Restart=on-failure: {unit.Name} is not started again by itself now; with it the next crash lasts 100 ms (RestartSec= of systemd), and at most five in ten seconds.", "Restart", "on-failure"));
        }

        if (unit.UnitFileState == "disabled")
        {
            steps.Add(new($"{unit.Name} is disabled: it would be missing after the next boot.", $"systemctl enable {Shell.Quote(unit.Name)}") { Action = new RepairAction.AskUnit(unit.Name, UnitVerb.Enable) });
        }

        // A start takes a unit that failed, too, and can be taken back.
        steps.Add(new($"Start it again; it serves {address}.", $"systemctl start {Shell.Quote(unit.Name)}") { Action = new RepairAction.AskUnit(unit.Name, UnitVerb.Start) });
        return new Fix { Summary = $"Start {unit.Name}.", Steps = steps };
    }
}
