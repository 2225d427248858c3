using Why502.Diagnosis;
using Why502.Host.Kernel;

namespace Why502.Host.Machine;

/// <summary>Answers how many local ports are taken towards one destination.</summary>
internal sealed class LocalPortsReader(MachineSnapshot machine)
{
    private const int SettingBytesMax = 64 * 1024;

    /// <summary>All but LISTEN and NEW_SYN_RECV: what holds a local port of this machine's own.</summary>
    private const int HoldingAPort = 0xFFF & ~(1 << SocketStates.Listen);

    private const int TimeWait = 6;

    public Look Read(LocalPorts question)
    {
        const string How = "sock_diag and net.ipv4.ip_local_port_range";
        if (NginxAddress.Tcp(question.Address) is not { } peer)
        {
            return Look.Blind($"{question.Address} is not an address with a port", How);
        }

        var elsewhere = question.Pid != 0 && machine.Processes.Find(question.Pid)?.NetworkNamespace is { } space && space != machine.Sockets.OwnNamespace;
        var rows = elsewhere
            ? SocketTable.TcpThrough(machine.Options.ProcPath, question.Pid, HoldingAPort)
            : SocketTable.TcpSockets(HoldingAPort, 0, out _);

        // Settings below /proc/sys/net are those of the namespace of whoever reads them.
        return Look.Saw(elsewhere ? Count(rows, peer, null, [], null) : Count(rows, peer, Range(), Reserved(), Number("tcp_tw_reuse")), How);
    }

    internal static LocalPortsFact Count(IReadOnlyList<TcpRow> rows, System.Net.IPEndPoint peer, (int First, int Last)? range, IReadOnlyList<int> reserved, int? reuse)
    {
        var towards = rows.Where(row => row.PeerPort == peer.Port && row.PeerAddress.Equals(peer.Address)).ToList();
        var ports = towards
            .Where(row => range is not { } bounds || (row.Port >= bounds.First && row.Port <= bounds.Last))
            .GroupBy(row => row.Address)
            .Select(local => local.Select(row => row.Port).Distinct().Count());
        return new(
            range?.First,
            range?.Last,
            range is { } all ? reserved.Count(port => port >= all.First && port <= all.Last) : 0,
            ports.DefaultIfEmpty().Max(),
            towards.Count(row => row.State == TimeWait),
            towards.Count(row => row.State == SocketStates.Established),
            towards.Count(row => row.State is not (TimeWait or SocketStates.Established)),
            reuse);
    }

    private (int First, int Last)? Range()
        => Setting("ip_local_port_range").Split((char[])['\t', ' '], StringSplitOptions.RemoveEmptyEntries) is [var low, var high]
            && int.TryParse(low, out var first) && int.TryParse(high, out var last) ? (first, last) : null;

    /// <summary>"8080,9148-9150".</summary>
    private List<int> Reserved()
    {
        var ports = new List<int>();
        foreach (var part in Setting("ip_local_reserved_ports").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var ends = part.Split('-');
            if (int.TryParse(ends[0], out var first) && int.TryParse(ends[^1], out var last) && first is >= 0 and <= 65535 && last is >= 0 and <= 65535)
            {
                ports.AddRange(Enumerable.Range(first, Math.Max(0, last - first + 1)));
            }
        }

        return ports;
    }

    private int? Number(string name) => int.TryParse(Setting(name), out var number) ? number : null;

    private string Setting(string name) => FileCalls.ReadText($"{machine.Options.ProcPath}/sys/net/ipv4/{name}", SettingBytesMax)?.Trim() ?? "";
}
