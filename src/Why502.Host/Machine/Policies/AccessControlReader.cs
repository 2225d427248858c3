using System.Text;
using Why502.Diagnosis;
using Why502.Host.Kernel;

namespace Why502.Host.Machine;

/// <summary>Answers which policies are over a process: selinuxfs, the label files of /proc/PID/attr, and the label of a path.</summary>
internal sealed class AccessControlReader(MachineSnapshot machine)
{
    private const int LabelBytesMax = 4096;
    private const int StatusBytesMax = 64 * 1024;
    private const string LabelAttribute = "security.selinux";

    /// <summary>Booleans of the reference policy that let a web server connect (httpd_selinux(8)).</summary>
    private static readonly string[] Booleans = ["httpd_can_network_connect", "httpd_can_network_relay", "httpd_can_network_connect_db", "httpd_can_network_memcache", "httpd_can_connect_ldap", "httpd_enable_homedirs", "nis_enabled"];

    public Look Read(AccessControl question)
    {
        const string How = "/sys/fs/selinux and /proc/PID/attr/current";
        var process = machine.Processes.Find(question.Pid);
        if (question.Pid != 0 && process is null)
        {
            return Look.Blind($"process {question.Pid} has ended", How);
        }

        var selinux = $"{machine.Options.SysPath}/fs/selinux";
        var mode = Text($"{selinux}/enforce") switch { "1" => "enforcing", "0" => "permissive", _ => "absent" };
        var current = process is null ? null : Text($"{process.Directory}/attr/current");
        var profile = process is null ? null : Text($"{process.Directory}/attr/apparmor/current") ?? (mode == "absent" ? current : null);
        if (mode != "absent" && current is null && process is not null)
        {
            return Look.Blind($"the context of process {question.Pid} may not be read; run with sudo", How);
        }

        return Look.Saw(
            new AccessControlFact(
                mode,
                mode == "absent" ? null : current,
                Booleans.Select(name => (Name: name, Value: Text($"{selinux}/booleans/{name}"))).Where(found => found.Value is { Length: > 0 }).ToDictionary(found => found.Name, found => found.Value![0] == '1'),
                profile,
                process is null ? null : Seccomp(FileCalls.ReadText($"{process.Directory}/status", StatusBytesMax) ?? ""),
                question.Path.Length == 0 ? null : Label(question, process))
            {
                Modules = Text($"{machine.Options.SysPath}/kernel/security/lsm")?.Split(','),
            },
            How);
    }

    private static string? Label(AccessControl question, ProcessEntry? process)
        => RootedPath.Of(process?.Pid ?? 0).Resolve(question.Path) is { } path && FileCalls.ExtendedAttribute(path, LabelAttribute) is { } label
            ? Encoding.UTF8.GetString(label).TrimEnd('\0')
            : null;

    /// <summary>"Seccomp:	2": 0 off, 1 strict, 2 filter (proc_pid_status(5)).</summary>
    internal static bool? Seccomp(string status)
        => status.Split('\n').FirstOrDefault(line => line.StartsWith("Seccomp:", StringComparison.Ordinal)) is { } line ? line.TrimEnd()[^1] != '0' : null;

    private static string? Text(string path) => FileCalls.ReadText(path, LabelBytesMax)?.TrimEnd('\n', '\0', ' ') is { Length: > 0 } text ? text : null;
}
