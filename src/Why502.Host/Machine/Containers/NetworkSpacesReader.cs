using System.Net;
using Why502.Diagnosis;
using Why502.Host.Kernel;

namespace Why502.Host.Machine;

/// <summary>Answers which network namespaces there are and which addresses each has, through /proc/PID/net of a process in each.</summary>
internal sealed class NetworkSpacesReader(MachineSnapshot machine)
{
    /// <summary>Namespaces beyond this number are not looked into.</summary>
    private const int SpacesMax = 256;

    private const int TableBytesMax = 4 * 1024 * 1024;

    public Look Read()
    {
        const string How = "/proc/PID/ns/net and /proc/PID/net/fib_trie";
        var spaces = new Dictionary<string, List<ProcessEntry>>(StringComparer.Ordinal);
        var unseen = false;
        foreach (var process in machine.Processes.All.Where(process => !process.IsZombie))
        {
            if (process.NetworkNamespace is not { } id)
            {
                unseen = true;
            }
            else if (spaces.TryGetValue(id, out var members))
            {
                members.Add(process);
            }
            else if (spaces.Count < SpacesMax)
            {
                spaces[id] = [process];
            }
        }

        return spaces.Count <= 1 && unseen
            ? Look.Blind("the namespaces of other users' processes need root; run with sudo", How)
            : Look.Saw(new NetworkSpacesFact([.. spaces.Select(space => Describe(space.Key, space.Value))]), How);
    }

    private NetworkSpace Describe(string id, List<ProcessEntry> members)
    {
        var first = members[0];
        var addresses = LocalAddresses(FileCalls.ReadText($"{first.Directory}/net/fib_trie", TableBytesMax) ?? "")
            .Concat(IPv6Addresses(FileCalls.ReadText($"{first.Directory}/net/if_inet6", TableBytesMax) ?? ""));
        return new(id, machine.Processes.Refer(first), [.. addresses.Distinct()], members.Select(member => member.ControlGroup.Container).FirstOrDefault(container => container is not null));
    }

    /// <summary>fib_trie_seq_show(): an address on a line "|-- 172.18.0.3", then its leaf "/32 host LOCAL".</summary>
    internal static IEnumerable<string> LocalAddresses(string trie)
    {
        var address = "";
        foreach (var line in trie.Split('\n'))
        {
            var text = line.Trim();
            if (text.StartsWith("|-- ", StringComparison.Ordinal))
            {
                address = text[4..];
            }
            else if (text == "/32 host LOCAL" && !address.StartsWith("127.", StringComparison.Ordinal) && IPAddress.TryParse(address, out _))
            {
                yield return address;
            }
        }
    }

    /// <summary>if6_seq_show(): 32 hex digits, index, prefix length, scope (10 is the host's own), flags, name.</summary>
    internal static IEnumerable<string> IPv6Addresses(string table)
    {
        foreach (var line in table.Split('\n'))
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length >= 6 && fields[0].Length == 32 && fields[3] != "10" && Bytes(fields[0]) is { } bytes)
            {
                yield return new IPAddress(bytes).ToString();
            }
        }
    }

    private static byte[]? Bytes(string hex) => hex.All(char.IsAsciiHexDigit) ? Convert.FromHexString(hex) : null;
}
