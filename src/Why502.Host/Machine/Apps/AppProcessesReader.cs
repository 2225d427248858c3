using Why502.Diagnosis;

namespace Why502.Host.Machine;

/// <summary>Answers which app servers run, and where each was told to listen and does listen.</summary>
internal sealed class AppProcessesReader(MachineSnapshot machine)
{
    /// <summary>App servers beyond this number are left out.</summary>
    private const int AppsMax = 500;

    public Look Read()
    {
        var processes = machine.Processes;
        var holdings = Holdings();
        var apps = new List<AppProcess>();
        foreach (var process in processes.All)
        {
            if (apps.Count == AppsMax || process.IsZombie || AppStack.Of(process) is not { } stack || IsChildOfSame(process, stack))
            {
                continue;
            }

            var workers = processes.ChildrenOf(process.Pid).Where(child => AppStack.Of(child)?.Name == stack.Name).ToList();
            var listensOn = workers.Prepend(process).SelectMany(member => holdings[member.Pid]).Distinct().Order(StringComparer.Ordinal).ToList();
            var app = AppLaunch.Of(stack, process);
            var bind = stack.Name == "php-fpm" ? [] : BindAddresses.Of(app);
            if (listensOn.Count == 0 && bind.Count == 0 && !AlwaysServes(stack))
            {
                // A script, a build, a queue's worker: interpreters do more than serve.
                continue;
            }

            apps.Add(new(processes.Refer(process), stack.Name, bind, listensOn, workers.Count, AppLogFiles.Of(process, app, processes.Find(process.ParentPid))));
        }

        return Look.Saw(new AppProcessesFact(apps), "command lines in /proc");
    }

    private static bool AlwaysServes(AppStack stack) => stack.Name is "gunicorn" or "uwsgi" or "php-fpm" || stack.Server is "puma" or "unicorn" or "uvicorn";

    /// <summary>A worker stands behind its master, and is counted there.</summary>
    private bool IsChildOfSame(ProcessEntry process, AppStack stack)
        => machine.Processes.Find(process.ParentPid) is { } parent && AppStack.Of(parent) is { } above && above.Name == stack.Name && above.Server != "pm2";

    /// <summary>Sockets that .NET programs open for tools, never for requests.</summary>
    private static bool IsInternal(string address)
        => Path.GetFileName(address) is var name && (name.StartsWith("dotnet-diagnostic-", StringComparison.Ordinal) || name.StartsWith("CoreFxPipe_", StringComparison.Ordinal) || name.StartsWith("MSBuild", StringComparison.Ordinal));

    /// <summary>Addresses by the process that holds their listener.</summary>
    private ILookup<int, string> Holdings()
    {
        var owners = machine.ListenerOwners;
        var tcp = machine.Sockets.Tcp.SelectMany(listener => owners.Of(listener.Row.Inode)
            .Select(process => (process.Pid, Address: NginxAddress.Of(listener.Row.Address, listener.Row.Port))));
        var unix = machine.Sockets.Unix.SelectMany(listener => owners.Of(listener.Row.Inode)
            .Select(process => (process.Pid, Address: NginxAddress.OfUnix(UnixSocketFile.AbsolutePath(listener.Row, owners.Of(listener.Row.Inode))))));
        return tcp.Concat(unix.Where(held => !IsInternal(held.Address))).ToLookup(held => held.Pid, held => held.Address);
    }
}
