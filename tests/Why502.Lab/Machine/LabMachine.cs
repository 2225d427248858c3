using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace Why502.Lab.Machine;

/// <summary>
/// A machine of its own for one scenario: a directory in /tmp and private network, process and mount
/// namespaces, so that scenarios run beside each other with the usual ports and see nothing of each other.
/// </summary>
/// <remarks>Ending process 1 of the process namespace ends everything in it (pid_namespaces(7)).</remarks>
public sealed class LabMachine : IDisposable
{
    private static readonly string Root = Path.Combine(Path.GetTempPath(), "why502-lab");

    // Process 1 ignores SIGCHLD so that the kernel reaps orphans (wait(2), notes); what the distribution
    // configured for PHP and what runs outside is hidden, for a scenario states all there is.
    private const string PlainFirstProcess = """
        trap '' CHLD
        ip link set lo up
        mount -t tmpfs -o mode=755 tmpfs /run
        mount -t tmpfs -o mode=755 tmpfs /var/log
        for pools in /etc/php/*/fpm/pool.d; do [ -d "$pools" ] && mount -t tmpfs -o mode=755 tmpfs "$pools"; done
        echo ready
        exec sleep infinity
        """;

    // systemd needs its own /tmp (its tmpfiles would clean the real one) and /run; of the host's units none is started, and the
    // machine's directory and the tool's stay where they are.
    private const string SystemdFirstProcess = """
        ip link set lo up
        mount --bind "$PWD" /mnt
        mount --bind "$1" /media
        mount -t tmpfs -o mode=1777 tmpfs /tmp
        mkdir -p "$PWD" "$1"
        mount --move /mnt "$PWD"
        mount --move /media "$1"
        mount -t tmpfs -o mode=755 tmpfs /run
        mount -t tmpfs -o mode=755 tmpfs /var/log
        mount -t tmpfs -o mode=755 tmpfs /etc/systemd/system
        printf '[Unit]\nDefaultDependencies=no\nWants=systemd-journald.service\n' >/etc/systemd/system/lab.target
        echo ready
        exec env -i container=lab PATH="$PATH" /lib/systemd/systemd --system --unit=lab.target --log-target=journal
        """;

    /// <summary>They share this host's control groups: units of one name would be one group, and one machine's systemd cannot signal the other's processes in it.</summary>
    private static readonly SemaphoreSlim OneSystemd = new(1);

    private static string ToolFolder => Path.GetDirectoryName(Verdicts.Tool.Binary) ?? AppContext.BaseDirectory;

    private readonly Process _first;

    private LabMachine(string directory, Process first)
    {
        Directory = directory;
        _first = first;
    }

    public string Directory { get; }

    public string Scenario { get; private init; } = "";

    /// <summary>The root of the machine's file system as seen from outside.</summary>
    public string FileSystem => $"/proc/{_first.Id}/root";

    /// <summary>Runs one scenario on a fresh machine; what it leaves is kept when it fails and WHY502_LAB_KEEP=1.</summary>
    public static void Run(string scenario, Action<LabMachine> body) => Run(Start(scenario, PlainFirstProcess), body);

    /// <summary>The same with a real systemd as process 1; its units are written to /etc/systemd/system (<see cref="WriteUnit"/>).</summary>
    public static void RunWithSystemd(string scenario, Action<LabMachine> body)
    {
        Skip.IfNot(File.Exists("/lib/systemd/systemd"), "no systemd here");
        OneSystemd.Wait();
        try
        {
            var machine = Start(scenario, SystemdFirstProcess, "--uts", "--ipc", "--cgroup");
            Run(machine, _ =>
            {
                Poll.Until(() => machine.Execute("systemctl", "is-system-running").Output.Trim() is "running" or "degraded", "systemd");
                body(machine);
            });
        }
        finally
        {
            OneSystemd.Release();
        }
    }

    private static void Run(LabMachine machine, Action<LabMachine> body)
    {
        var keep = false;
        try
        {
            body(machine);
        }
        catch (Exception e) when (e is not SkipException && Environment.GetEnvironmentVariable("WHY502_LAB_KEEP") == "1")
        {
            keep = true;
            throw new LabException($"{e.Message}{Environment.NewLine}kept: {machine.Directory}", e);
        }
        finally
        {
            machine.Dispose();
            if (!keep)
            {
                System.IO.Directory.Delete(machine.Directory, recursive: true);
            }
        }
    }

    public string PathOf(string relative) => Path.Combine(Directory, relative);

    /// <summary>Writes a file that everybody may read, and the directories above it.</summary>
    public string Write(string relative, string text)
    {
        var path = PathOf(relative);
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Writes a unit of a machine with systemd. It depends on nothing, so that nothing of the host's is pulled in.</summary>
    public void WriteUnit(string name, string service)
    {
        var file = Write(name, $"[Unit]\nDefaultDependencies=no\n[Service]\n{service}\n");
        Must("cp", file, $"/etc/systemd/system/{name}");
        Must("systemctl", "daemon-reload");
    }

    /// <summary>Starts a server; its output goes to NAME.out in the machine's directory.</summary>
    public LabProcess Start(string name, params string[] command)
    {
        var pidFile = PathOf(name + ".started");
        var process = new Process { StartInfo = Inside(["setsid", "sh", "-c", $"echo $$ >'{pidFile}.new'; mv '{pidFile}.new' '{pidFile}'; exec \"$@\" >'{PathOf(name + ".out")}' 2>&1 </dev/null", "sh", .. command]) };
        File.Delete(pidFile);
        process.Start();
        Poll.Until(() => File.Exists(pidFile), $"{name} to start");
        return new LabProcess(this, process, int.Parse(File.ReadAllText(pidFile), CultureInfo.InvariantCulture));
    }

    public CommandResult Execute(params string[] command) => Execute(TimeSpan.FromSeconds(30), command);

    public CommandResult Execute(TimeSpan limit, params string[] command)
    {
        using var process = new Process { StartInfo = Inside(command) };
        process.StartInfo.RedirectStandardOutput = true;
        process.StartInfo.RedirectStandardError = true;
        process.StartInfo.StandardOutputEncoding = Encoding.UTF8;
        var clock = Stopwatch.StartNew();
        process.Start();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(limit))
        {
            process.Kill(entireProcessTree: true);
            throw new LabException($"{string.Join(' ', command)} did not end within {limit.TotalSeconds} s");
        }

        process.WaitForExit();
        var took = clock.Elapsed;
        return new CommandResult(process.ExitCode, output.Result, errors.Result, took);
    }

    /// <summary>A command of the scenario itself, which has to succeed.</summary>
    public string Must(params string[] command)
    {
        var result = Execute(command);
        return result.ExitCode == 0
            ? result.Output
            : throw new LabException($"{string.Join(' ', command)}: {result.ExitCode} {result.Output}{result.Errors}");
    }

    public string Shell(string script) => Must("sh", "-ec", script);

    public Socket Connect(EndPoint address) => NetworkNamespace.Connect($"/proc/{_first.Id}/ns/net", address);

    public bool Listens(EndPoint address)
    {
        try
        {
            Connect(address).Dispose();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Waits by looking, not by connecting: a connection would sit in a queue the scenario counts on.</summary>
    public void WaitForPort(int port) =>
        Poll.Until(() => Shell("cat /proc/net/tcp /proc/net/tcp6").Contains($":{port:X4} 0000", StringComparison.Ordinal), $"port {port}");

    public void WaitForSocket(string path) => Poll.Until(() => File.Exists(FileSystem + path), path);

    public void Dispose()
    {
        if (!_first.HasExited)
        {
            _first.Kill();
            _first.WaitForExit();
        }

        _first.Dispose();
    }

    private static LabMachine Start(string scenario, string firstProcess, params string[] namespaces)
    {
        Programs.Require("unshare", "nsenter", "ip", "setsid", "setpriv", "nginx");
        Skip.If(Environment.UserName != "root", "a lab machine needs root for its namespaces");
        var name = new string([.. scenario.Where(char.IsAsciiLetterOrDigit).Take(40)]);
        var directory = Path.Combine(Root, $"{name}-{Guid.NewGuid().ToString("N")[..6]}");
        System.IO.Directory.CreateDirectory(directory);
        foreach (var path in new[] { Root, directory })
        {
            File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
        }

        var first = new Process
        {
            StartInfo = new ProcessStartInfo("unshare", ["--net", "--pid", "--mount", .. namespaces, "--mount-proc", "--fork", "--kill-child", "sh", "-ec", firstProcess, "sh", ToolFolder])
            {
                WorkingDirectory = directory,
                RedirectStandardOutput = true,
            },
        };
        first.Start();
        Skip.If(first.StandardOutput.ReadLine() != "ready", "this host does not allow network, process and mount namespaces");
        return new LabMachine(directory, first) { Scenario = scenario };
    }

    private ProcessStartInfo Inside(IEnumerable<string> command)
    {
        var start = new ProcessStartInfo("nsenter")
        {
            WorkingDirectory = Directory,
            ArgumentList =
            {
                $"--net=/proc/{_first.Id}/ns/net",
                $"--mount=/proc/{_first.Id}/ns/mnt",
                $"--pid=/proc/{_first.Id}/ns/pid_for_children",
                $"--cgroup=/proc/{_first.Id}/ns/cgroup",
                $"--wdns={Directory}",
                "--",
            },
        };
        foreach (var argument in command)
        {
            start.ArgumentList.Add(argument);
        }

        return start;
    }
}
