using Why502.Host.Kernel;

namespace Why502.Host.Machine;

/// <summary>Which processes hold which sockets, by one walk over the descriptors of all processes.</summary>
internal sealed class SocketOwners
{
    /// <summary>Descriptors looked at per process. A server opens its listeners first, and numbers are given lowest first.</summary>
    private const int DescriptorsPerProcessMax = 4096;

    private const int DescriptorsMax = 400_000;

    private readonly Dictionary<ulong, List<ProcessEntry>> owners = [];

    private SocketOwners()
    {
    }

    /// <summary>False when the descriptors of some process could not be read, or there were too many.</summary>
    public bool Complete { get; private set; } = true;

    public IReadOnlyList<ProcessEntry> Of(ulong inode) => owners.TryGetValue(inode, out var processes) ? processes : [];

    /// <summary>Holders of the sockets in <paramref name="wanted"/> among <paramref name="processes"/>.</summary>
    public static SocketOwners Find(IEnumerable<ProcessEntry> processes, IReadOnlySet<ulong> wanted, int descriptorsPerProcessMax = DescriptorsPerProcessMax)
    {
        var found = new SocketOwners();
        var looked = 0;
        foreach (var process in processes)
        {
            if (process.IsZombie)
            {
                continue;
            }

            if (looked > DescriptorsMax)
            {
                found.Complete = false;
                break;
            }

            looked += found.Add(process, wanted, descriptorsPerProcessMax);
        }

        return found;
    }

    private int Add(ProcessEntry process, IReadOnlySet<ulong> wanted, int descriptorsMax)
    {
        var directory = process.Directory + "/fd";
        if (FileCalls.List(directory, descriptorsMax, out var errno) is not { } names)
        {
            Complete &= !Errno.IsDenied(errno);
            return 1;
        }

        foreach (var name in names)
        {
            if (FileCalls.ReadSocketLink($"{directory}/{name}") is not { } inode || !wanted.Contains(inode))
            {
                continue;
            }

            if (!owners.TryGetValue(inode, out var holders))
            {
                owners[inode] = holders = [];
            }

            if (holders.Count == 0 || holders[^1] != process)
            {
                holders.Add(process);
            }
        }

        return names.Count;
    }
}
