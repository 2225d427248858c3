using System.Runtime.InteropServices;
using System.Text;
using Why502.Host.Kernel;
using Why502.Host.Machine;

namespace Why502.Repair;

/// <summary>One nginx master, held by a descriptor that no other process can slip under, and its workers.</summary>
internal sealed class NginxMaster : IDisposable
{
    private const int StatBytesMax = 4096;
    private const int TitleBytesMax = 512;
    private const int ProcessesMax = 131_072;

    private readonly int descriptor;

    private NginxMaster(int pid, int descriptor)
    {
        Pid = pid;
        this.descriptor = descriptor;
    }

    public int Pid { get; }

    public bool Runs => Stat(Pid) is { } stat && stat.State is not ('Z' or 'X');

    /// <exception cref="StepFailedException">It has ended, is no nginx, or belongs to somebody else.</exception>
    public static NginxMaster Of(int pid)
    {
        var descriptor = WriteCalls.OpenProcess(pid);
        if (descriptor < 0)
        {
            // Before Linux 5.3 there is no such descriptor; the pid has to do.
            if (Marshal.GetLastPInvokeError() is var errno && errno != NoSuchCall)
            {
                throw StepFailedException.Of($"nginx's master {pid} cannot be reached", errno);
            }
        }

        var master = new NginxMaster(pid, descriptor);
        if (!Title(pid).Contains("master process", StringComparison.Ordinal))
        {
            master.Dispose();
            throw new StepFailedException($"process {pid} is no nginx master any more");
        }

        return master;
    }

    public void HangUp()
    {
        var sent = descriptor >= 0 ? WriteCalls.SendSignal(descriptor, WriteCalls.SignalHangUp) : WriteCalls.Kill(Pid, WriteCalls.SignalHangUp);
        if (sent < 0)
        {
            throw StepFailedException.OfCall($"nginx's master {Pid} cannot be signalled");
        }
    }

    /// <summary>Has one of its workers end gracefully: SIGQUIT, after which it takes no connection and ends its requests.</summary>
    public void Quit(int worker)
    {
        var held = WriteCalls.OpenProcess(worker);
        try
        {
            // Held first, looked at then: what is signalled is this master's worker and no later process.
            if (Stat(worker)?.ParentPid == Pid && Title(worker).Contains("worker process", StringComparison.Ordinal))
            {
                _ = held >= 0 ? WriteCalls.SendSignal(held, WriteCalls.SignalQuit) : WriteCalls.Kill(worker, WriteCalls.SignalQuit);
            }
        }
        finally
        {
            if (held >= 0)
            {
                _ = WriteCalls.Close(held);
            }
        }
    }

    /// <summary>Its workers by pid, with whether each only ends its old connections.</summary>
    public IReadOnlyDictionary<int, bool> Workers()
    {
        var workers = new Dictionary<int, bool>();
        foreach (var pid in Children())
        {
            var title = Title(pid);
            if (title.Contains("worker process", StringComparison.Ordinal) && Stat(pid) is { State: not ('Z' or 'X') })
            {
                workers[pid] = title.Contains("shutting down", StringComparison.Ordinal);
            }
        }

        return workers;
    }

    public void Dispose()
    {
        if (descriptor >= 0)
        {
            _ = WriteCalls.Close(descriptor);
        }
    }

    private const int NoSuchCall = 38;

    private IEnumerable<int> Children()
    {
        // CONFIG_PROC_CHILDREN is usual and not certain.
        if (FileCalls.ReadText($"/proc/{Pid}/task/{Pid}/children", TitleBytesMax * 1024) is { } listed)
        {
            return listed.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse);
        }

        return (FileCalls.List("/proc", ProcessesMax, out _) ?? []).Select(name => int.TryParse(name, out var pid) ? pid : 0).Where(pid => pid > 0 && Stat(pid)?.ParentPid == Pid);
    }

    private static ProcessStat? Stat(int pid) => FileCalls.Read($"/proc/{pid}/stat", StatBytesMax) is { } bytes ? ProcessStat.Parse(bytes) : null;

    private static string Title(int pid) => FileCalls.Read($"/proc/{pid}/cmdline", TitleBytesMax) is { } bytes ? Encoding.UTF8.GetString(bytes).Replace('\0', ' ') : "";
}
