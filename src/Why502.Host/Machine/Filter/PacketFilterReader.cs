using Why502.Diagnosis;
using Why502.Host.Kernel;

namespace Why502.Host.Machine;

/// <summary>Answers which rules of the packet filter stop connections. Only lists; nothing is changed.</summary>
internal sealed class PacketFilterReader(MachineSnapshot machine, Programs programs)
{
    private const int OutputBytesMax = 16 * 1024 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>A way into another network namespace: the program and its first arguments; empty for our own.</summary>
    private sealed record Entrance(string? Program, IReadOnlyList<string> Arguments);

    public async Task<Look> ReadAsync(PacketFilter question, CancellationToken cancellation)
    {
        const string How = "nft list ruleset";
        if (Libc.EffectiveUserId() != 0)
        {
            return Look.Blind("packet-filter rules need root; run with sudo", How);
        }

        if (EntranceTo(question.Pid, out var reason) is not { } entrance)
        {
            return Look.Blind(reason!, How);
        }

        if (programs.Find("nft") is { } nft)
        {
            return await NftAsync(nft, entrance, cancellation).ConfigureAwait(false);
        }

        return await IptablesAsync(entrance, cancellation).ConfigureAwait(false);
    }

    private Entrance? EntranceTo(int pid, out string? reason)
    {
        reason = null;
        var own = machine.Sockets.OwnNamespace;
        if (pid == 0 || (machine.Processes.Find(pid)?.NetworkNamespace is { } space && space == own))
        {
            return new(null, []);
        }

        if (machine.Processes.Find(pid) is null)
        {
            reason = $"process {pid} has ended";
            return null;
        }

        if (programs.Find("nsenter") is not { } nsenter)
        {
            reason = $"process {pid} is in another network namespace, and nsenter is not installed";
            return null;
        }

        return new(nsenter, ["-t", pid.ToString(), "-n", "--"]);
    }

    private static async Task<ProgramRun> RunAsync(Entrance entrance, string program, string[] arguments, CancellationToken cancellation)
        => entrance.Program is null
            ? await Programs.RunAsync(program, arguments, Patience, OutputBytesMax, cancellation).ConfigureAwait(false)
            : await Programs.RunAsync(entrance.Program, [.. entrance.Arguments, program, .. arguments], Patience, OutputBytesMax, cancellation).ConfigureAwait(false);

    private async Task<Look> NftAsync(string nft, Entrance entrance, CancellationToken cancellation)
    {
        const string How = "nft -j list ruleset";
        var json = RunAsync(entrance, nft, ["-j", "list", "ruleset"], cancellation);
        var listing = RunAsync(entrance, nft, ["-a", "list", "ruleset"], cancellation);
        var legacy = LegacyAsync(entrance, cancellation);
        var run = await json.ConfigureAwait(false);
        var words = await listing.ConfigureAwait(false);
        var older = await legacy.ConfigureAwait(false);
        if (run.Failure is { } failure)
        {
            return Look.Blind(failure, How);
        }

        if (run.ExitCode != 0 || NftRuleset.Parse(run.Output, words.Output) is not { } chains)
        {
            return Look.Blind($"nft: {(run.Error.Split('\n')[0] is { Length: > 0 } line ? line : "its output was not understood")}", How);
        }

        return Look.Saw(new FilterTraversal([.. chains, .. older]).Fact(), How);
    }

    /// <summary>Rules of the older kernel interface, which nft does not list.</summary>
    private async Task<IReadOnlyList<FilterChain>> LegacyAsync(Entrance entrance, CancellationToken cancellation)
    {
        var chains = new List<FilterChain>();
        foreach (var (program, family) in new[] { ("iptables-legacy-save", "ip"), ("ip6tables-legacy-save", "ip6") })
        {
            // The program loads the tables that it lists; a table that is not there is not made for a look.
            var tables = family == "ip" ? "/net/ip_tables_names" : "/net/ip6_tables_names";
            if (programs.Find(program) is { } path && FileCalls.Read($"{machine.Options.ProcPath}/self{tables}", 4096) is { Length: > 0 })
            {
                var run = await RunAsync(entrance, path, [], cancellation).ConfigureAwait(false);
                chains.AddRange(IptablesSave.Parse(run.Output, family == "ip" ? "iptables-legacy" : "ip6tables-legacy", family));
            }
        }

        return chains;
    }

    private async Task<Look> IptablesAsync(Entrance entrance, CancellationToken cancellation)
    {
        const string How = "iptables-save";
        var chains = new List<FilterChain>();
        string? failure = "neither nft nor iptables-save is installed";
        foreach (var (program, family) in new[] { ("iptables-save", "ip"), ("ip6tables-save", "ip6") })
        {
            if (programs.Find(program) is { } path)
            {
                var run = await RunAsync(entrance, path, ["-c"], cancellation).ConfigureAwait(false);
                failure = run.Failure ?? (run.ExitCode == 0 ? null : $"{program}: {run.Error.Split('\n')[0]}");
                chains.AddRange(IptablesSave.Parse(run.Output, family == "ip" ? "iptables" : "ip6tables", family));
            }
        }

        return failure is null ? Look.Saw(new FilterTraversal(chains).Fact(), How) : Look.Blind(failure, How);
    }
}
