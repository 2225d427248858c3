namespace Why502.Host.Machine;

/// <summary>Tells the processes that accept from the master that only holds the socket for them.</summary>
internal static class ServerWorkers
{
    /// <summary>Holders whose parent holds the socket too, where there are such; else all holders.</summary>
    public static List<ProcessEntry> Of(ProcessTable processes, List<ProcessEntry> holders)
    {
        var pids = holders.Select(holder => holder.Pid).ToHashSet();
        var workers = holders.FindAll(holder => pids.Contains(holder.ParentPid));
        if (workers.Count == 0 && holders.Count == 1)
        {
            // The master handed the socket over and closed its own copy, or a supervisor holds it alone.
            var same = processes.ChildrenOf(holders[0].Pid).Where(child => child.Name == holders[0].Name && pids.Contains(child.Pid)).ToList();
            return same.Count > 0 ? same : holders;
        }

        return workers.Count > 0 ? workers : holders;
    }
}
