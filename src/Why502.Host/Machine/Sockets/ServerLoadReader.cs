using System.Net;
using Why502.Diagnosis;
using Why502.Host.Kernel;

namespace Why502.Host.Machine;

/// <summary>
/// Answers how busy the server behind an address is. Sampled afresh: the queue is looked at a few times, because it fills
/// and drains within milliseconds, and its highest length is told.
/// </summary>
internal sealed class ServerLoadReader(MachineSnapshot machine)
{
    private const int Looks = 3;
    private const int ProcessesMax = 512;
    private const int DescriptorsPerProcessMax = 65_536;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public async Task<Look> ReadAsync(ServerLoad question, CancellationToken cancellation)
    {
        const string How = "sock_diag, sampled";
        var path = NginxAddress.UnixPath(question.Address);
        var endpoint = NginxAddress.Tcp(question.Address);
        if (path is null && endpoint is null)
        {
            return Look.Blind($"{question.Address} is not an address with a port", How);
        }

        if (endpoint is not null && question.ThroughPid == 0 && !IsOwn(endpoint.Address))
        {
            return Look.Blind($"{endpoint.Address} is not an address of this machine", How);
        }

        ServerSample? highest = null;
        HashSet<ulong>? unread = null;
        for (var look = 0; look < Looks; look++)
        {
            if (look > 0)
            {
                await Task.Delay(Pause, cancellation).ConfigureAwait(false);
            }

            if (!TrySample(path, endpoint, question.ThroughPid, out var sample))
            {
                return Look.Blind("nginx's network namespace needs root; run with sudo", How);
            }

            var lying = Unread(path, endpoint, question.ThroughPid);
            unread = unread is null ? lying : [.. unread.Intersect(lying)];
            if (sample is { } seen && (highest is null || seen.QueueLength > highest.Value.QueueLength))
            {
                highest = seen;
            }
        }

        if (highest is { } found)
        {
            return Look.Saw(FactOf(found, path, endpoint, question.ThroughPid) with { Unread = unread!.Count }, How);
        }

        return question.ThroughPid == 0 && ListensElsewhere(path, endpoint)
            ? Look.Blind($"{question.Address} listens in another network namespace", How)
            : Look.Saw(new ServerLoadFact(null, null, null, null, null, null, null, []), How);
    }

    /// <summary>sock_diag sees the namespace that its socket was made in.</summary>
    private static bool TrySample(string? path, IPEndPoint? endpoint, int throughPid, out ServerSample? sample)
    {
        if (throughPid == 0 || path is not null)
        {
            sample = path is not null ? ServerSample.OfUnix(path) : ServerSample.OfTcp(endpoint!);
            return true;
        }

        return NetworkNamespace.Within(throughPid, () => ServerSample.OfTcp(endpoint!), out sample, out _);
    }

    private static HashSet<ulong> Unread(string? path, IPEndPoint? endpoint, int throughPid)
        => path is not null ? []
            : throughPid == 0 ? ServerSample.UnreadTcp(endpoint!)
            : NetworkNamespace.Within(throughPid, () => ServerSample.UnreadTcp(endpoint!), out var inside, out _) ? inside! : [];

    private bool ListensElsewhere(string? path, IPEndPoint? endpoint)
    {
        var table = machine.Sockets;
        return path is not null
            ? table.Unix.Any(listener => listener.SeenThrough != 0 && listener.Row.Path == path)
            : ServerSample.Serving([.. table.Tcp.Where(listener => listener.NetworkNamespace != table.OwnNamespace).Select(listener => listener.Row)], endpoint!).Count > 0;
    }

    private static bool IsOwn(IPAddress address) => IPAddress.IsLoopback(address) || OwnAddresses.Read().Exists(own => own.Address.Equals(address));

    private ServerLoadFact FactOf(ServerSample sample, string? path, IPEndPoint? endpoint, int throughPid)
    {
        // The table of the run may be older than the server's last restart.
        var processes = ProcessTable.Read(machine.Options.ProcPath, machine.Accounts);
        var owners = SocketOwners.Find(processes.All, sample.Inodes);
        var holders = sample.Inodes.SelectMany(owners.Of).DistinctBy(process => process.Pid).OrderBy(process => process.Pid).Take(ProcessesMax).ToList();
        var accepted = path is not null ? ServerSample.AcceptedUnix(path)
            : throughPid == 0 ? ServerSample.AcceptedTcp(endpoint!)
            : NetworkNamespace.Within(throughPid, () => ServerSample.AcceptedTcp(endpoint!), out var inside, out _) ? inside! : [];
        var workers = ServerWorkers.Of(processes, holders);

        int? busy = null;
        if (workers.Count > 0)
        {
            var family = holders.Concat(holders.SelectMany(holder => processes.ChildrenOf(holder.Pid))).DistinctBy(process => process.Pid).Take(ProcessesMax).ToList();
            var serving = SocketOwners.Find(family, accepted, DescriptorsPerProcessMax);
            var occupied = accepted.SelectMany(serving.Of).Select(process => process.Pid).ToHashSet();

            // Node's cluster keeps the listener in the primary and hands connections to its children.
            workers = workers.Exists(worker => occupied.Contains(worker.Pid)) || occupied.Count == 0 ? workers : family.FindAll(process => occupied.Contains(process.Pid));
            busy = serving.Complete ? workers.Count(worker => occupied.Contains(worker.Pid)) : null;
        }

        var takers = workers.Count > 0 ? workers : holders;
        var stack = holders.Select(holder => AppStack.Of(holder)).FirstOrDefault(found => found is not null);
        return new(
            sample.QueueLength,
            sample.Backlog,
            holders.Count == 0 ? null : workers.Count,
            busy,
            accepted.Count,
            stack?.Name,
            stack is null ? null : OneRequest.PerWorker(stack, holders[0]),
            [.. holders.Select(processes.Refer)])
        {
            Stopped = takers.TrueForAll(process => process.IsStopped) ? [.. takers.Select(processes.Refer)] : [],
        };
    }
}
