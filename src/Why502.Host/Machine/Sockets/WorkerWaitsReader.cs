using System.Net;
using Why502.Diagnosis;

namespace Why502.Host.Machine;

/// <summary>Answers what the workers behind an address hold connections to: databases, caches, other services.</summary>
internal sealed class WorkerWaitsReader(MachineSnapshot machine)
{
    private const int TargetsMax = 12;
    private const int DescriptorsPerProcessMax = 16_384;
    private const int Established = 1 << SocketStates.Established;

    /// <summary>By their registered ports (IANA, or the project's documentation).</summary>
    private static readonly Dictionary<int, string> Services = new()
    {
        [3306] = "MySQL",
        [33060] = "MySQL",
        [5432] = "PostgreSQL",
        [6432] = "PgBouncer",
        [6379] = "Redis",
        [26379] = "Redis",
        [11211] = "memcached",
        [27017] = "MongoDB",
        [9200] = "Elasticsearch",
        [9042] = "Cassandra",
        [8123] = "ClickHouse",
        [9000] = "a service on port 9000",
        [1433] = "SQL Server",
        [1521] = "Oracle",
        [5672] = "RabbitMQ",
        [9092] = "Kafka",
        [2379] = "etcd",
        [389] = "LDAP",
        [636] = "LDAP",
        [25] = "mail",
        [587] = "mail",
        [53] = "DNS",
        [80] = "an HTTP service",
        [443] = "an HTTPS service",
    };

    public Look Read(WorkerWaits question)
    {
        const string How = "sock_diag and /proc/PID/fd";
        var holders = ServerFamily.HoldersOf(question.Address, machine);
        if (holders.Count == 0)
        {
            return Look.Blind("the processes behind the address could not be seen", How);
        }

        var family = ServerFamily.WithChildren(holders, machine);
        var workers = ServerWorkers.Of(machine.Processes, [.. holders]);
        var ownPort = NginxAddress.Tcp(question.Address)?.Port ?? -1;
        var links = Tcp(ownPort).Concat(Unix(NginxAddress.UnixPath(question.Address))).ToList();
        var owners = SocketOwners.Find(family, links.Select(link => link.Inode).ToHashSet(), DescriptorsPerProcessMax);
        var held = links.SelectMany(link => owners.Of(link.Inode).Select(process => (link, process.Pid))).ToList();
        var targets = held
            .GroupBy(item => (item.link.Address, item.link.Service))
            .Select(group => new WaitTarget(
                group.Key.Address,
                group.Key.Service,
                group.Select(item => item.Pid).Distinct().Count(),
                group.Select(item => item.link.Inode).Distinct().Count(),
                group.Any(item => item.link.Awaits is null) ? null : group.Where(item => item.link.Awaits == true).Select(item => item.Pid).Distinct().Count()))
            .OrderByDescending(target => target.Waiting ?? 0)
            .ThenByDescending(target => target.Workers)
            .ThenBy(target => target.Address, StringComparer.Ordinal)
            .Take(TargetsMax)
            .ToList();
        return Look.Saw(new WorkerWaitsFact(workers.Count, targets), How);
    }

    private readonly record struct Link(ulong Inode, string Address, string? Service, bool? Awaits);

    /// <summary>Connections that are not those the server has accepted.</summary>
    private static IEnumerable<Link> Tcp(int ownPort)
    {
        var v4 = SockDiag.TcpWithTimes(SockDiagMessages.FamilyInet, Established, out _) ?? [];
        var v6 = SockDiag.TcpWithTimes(SockDiagMessages.FamilyInet6, Established, out _) ?? [];
        return v4.Concat(v6)
            .Where(row => row.Inode != 0 && row.Port != ownPort)
            .Select(row => new Link(row.Inode, new IPEndPoint(row.PeerAddress, row.PeerPort).ToString(), Services.GetValueOrDefault(row.PeerPort), row.Awaits));
    }

    private static IEnumerable<Link> Unix(string? ownPath)
    {
        var rows = SocketTable.UnixSockets(Established);
        var named = rows.Where(row => row.Path.Length > 0 && row.Path[0] == '/' && row.Path != ownPath).DistinctBy(row => row.Inode).ToDictionary(row => row.Inode, row => row.Path);
        return rows
            .Where(row => row.Inode != 0 && row.Path.Length == 0 && named.ContainsKey(row.Peer))
            .Select(row => new Link(row.Inode, "unix:" + named[row.Peer], ServiceOf(named[row.Peer]), null))
            .Where(link => link.Service is not null);
    }

    private static string? ServiceOf(string path) => Path.GetFileName(path) switch
    {
        var name when name.Contains("mysql", StringComparison.Ordinal) || name.Contains("mariadb", StringComparison.Ordinal) => "MySQL",
        var name when name.Contains("PGSQL", StringComparison.Ordinal) => "PostgreSQL",
        var name when name.Contains("redis", StringComparison.Ordinal) || name.Contains("valkey", StringComparison.Ordinal) => "Redis",
        var name when name.Contains("memcached", StringComparison.Ordinal) => "memcached",
        var name when name.Contains("mongodb", StringComparison.Ordinal) => "MongoDB",
        _ => null,
    };
}
