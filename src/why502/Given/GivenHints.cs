using Why502.Diagnosis;

namespace Why502.Cli.Given;

/// <summary>What to run and hand over, so that an open question is answered. Commands are fixed words: nothing from a log becomes part of one.</summary>
internal static class GivenHints
{
    public const string OnlyFiles = "only files were given";

    /// <summary>The reason why a question stays open, with the command whose output would answer it.</summary>
    public static string Why(Question question) => ShownBy(question) is { } shown ? $"{OnlyFiles}; {shown} shows it" : OnlyFiles;

    private static string? ShownBy(Question question) => question switch
    {
        ConfigurationText => "nginx -T",
        TcpListeners => "ss -ltnp",
        UnixListeners => "ss -lxp",
        SocketPath => "namei -l on the socket's path",
        ServerLoad => "ss -ltn (or ss -lx) while it happens: Recv-Q at its limit, and ps aux",
        AppProcesses => "ps aux",
        PhpFpmPools => "the pool's file (grep -E '^(listen|pm|user)' of pool.d)",
        ServiceUnits or UnitOf => "systemctl status of the app's service",
        JournalWindow => "journalctl -u of the app's service",
        KernelLogWindow => "journalctl -k (or dmesg -T)",
        PacketFilter => "iptables-save (or nft list ruleset)",
        Connect or HttpGet => "curl -v to the upstream's address, from nginx's machine",
        Resolve => "dig or nslookup of the upstream's name, on nginx's machine",
        TlsHandshake => "openssl s_client -connect, with and without -servername",
        RouteTo => "ip route get",
        FpmStatus => "the pool's status page",
        MachineState => "uptime, free -m",
        Containers => "docker ps -a, docker inspect",
        NetworkSpaces => "ss -ltnp inside the app's container",
        StoragePath => "df -h, df -i, and ls -ld of the path",
        _ => null,
    };

    /// <summary>A row of the access log says that the gateway failed; how it did stands in the line that nginx wrote for it.</summary>
    public static IEnumerable<UnobservedItem> ErrorLog(Conclusion conclusion)
    {
        var unlogged = conclusion.Findings.Where(finding => finding.Incident.Unlogged).ToList();
        if (unlogged.Count > 0)
        {
            yield return new UnobservedItem(
                "nginx's error log of the same minutes",
                OnlyFiles,
                "whether the connection was refused, closed, reset or timed out, and what nginx was doing then",
                [.. unlogged.Select(finding => finding.Cause.Id).Distinct()]);
        }
    }

    /// <summary>Causes beneath a connection that the app ended or left unanswered are told apart in the app server's own log, which no question names before it is given.</summary>
    public static IEnumerable<UnobservedItem> AppLog(Conclusion conclusion, bool hasAppLog)
    {
        var doubtful = hasAppLog ? null : conclusion.Findings
            .Where(finding => finding.Incident is { Kind: SymptomKind.ClosedEarly or SymptomKind.Reset or SymptomKind.TimedOut, Phase: not Phase.Connect })
            .GroupBy(finding => finding.Incident.Id)
            .FirstOrDefault(rivals => rivals.Max(finding => finding.Confidence) < Conclusion.NamedFrom);
        if (doubtful is not null)
        {
            yield return new UnobservedItem(
                "the app server's own log",
                OnlyFiles,
                "whether a worker died, was ended by a time limit, or was busy",
                [.. doubtful.Select(finding => finding.Cause.Id).Distinct()]);
        }
    }
}
