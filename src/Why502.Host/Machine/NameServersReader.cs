using System.Net;
using Why502.Diagnosis;
using Why502.Host.Kernel;
using Why502.Logs.Commands;

namespace Why502.Host.Machine;

/// <summary>Reads resolv.conf(5) as nginx's own processes see it.</summary>
internal sealed class NameServersReader(MachineSnapshot machine)
{
    private const string Path = "/etc/resolv.conf";
    private const int FileBytesMax = 64 * 1024;

    public Look Read(SystemNameServers question)
    {
        var path = question.MasterPid > 0 ? $"{machine.Options.ProcPath}/{question.MasterPid}/root{Path}" : Path;
        var text = FileCalls.ReadText(path, FileBytesMax) ?? (question.MasterPid > 0 ? FileCalls.ReadText(Path, FileBytesMax) : null);
        if (text is null)
        {
            return Look.Blind($"{Path} cannot be read", Path);
        }

        var resolv = ResolvConf.Parse(text);
        return Look.Saw(new NameServersFact([.. resolv.Servers.Where(server => IPAddress.TryParse(server, out _))], resolv.Search), Path);
    }
}
