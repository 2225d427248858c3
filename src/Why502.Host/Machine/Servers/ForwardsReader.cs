using Why502.Diagnosis;
using Why502.Host.Kernel;

namespace Why502.Host.Machine;

/// <summary>Answers where a forwarder hands its connections on, from its command line and the files that this names.</summary>
internal sealed class ForwardsReader(MachineSnapshot machine)
{
    private const int FileBytesMax = 1024 * 1024;
    private const int FilesMax = 64;

    public Look Read(ForwardsOf question)
    {
        const string How = "command lines and the files that they name";
        var holders = ServerFamily.HoldersOf(question.Address, machine);
        if (holders.Count == 0)
        {
            return Look.Blind("the processes behind the address could not be seen", How);
        }

        var port = NginxAddress.Tcp(question.Address)?.Port ?? 0;
        return Look.Saw(new ForwardsFact([.. holders.SelectMany(process => Targets(process, port)).Distinct()]), How);
    }

    private static IEnumerable<ForwardTarget> Targets(ProcessEntry process, int port)
    {
        var arguments = process.Arguments;
        return process.Name switch
        {
            "socat" => ForwarderText.Socat(arguments),
            "docker-proxy" => ForwarderText.DockerProxy(arguments),
            "haproxy" => Files(process, Values(arguments, "-f")).SelectMany(file => ForwarderText.Haproxy(file.Text, file.Path, port)),
            "stunnel" or "stunnel4" or "stunnel3" => Files(process, arguments.Skip(1).Where(argument => !argument.StartsWith('-')).DefaultIfEmpty("/etc/stunnel/stunnel.conf").Take(1)).SelectMany(file => ForwarderText.Stunnel(file.Text, file.Path, port)),
            "varnishd" or "cache-main" => [.. ForwarderText.Varnish(arguments), .. Files(process, Values(arguments, "-f")).SelectMany(file => ForwarderText.Vcl(file.Text, file.Path))],
            _ => [],
        };
    }

    private static IEnumerable<string> Values(IReadOnlyList<string> arguments, string option)
        => arguments.Zip(arguments.Skip(1)).Where(pair => pair.First == option).Select(pair => pair.Second);

    /// <summary>haproxy takes a directory for the files in it that end with .cfg, in their order.</summary>
    private static IEnumerable<(string Path, string Text)> Files(ProcessEntry process, IEnumerable<string> named)
        => named.Select(path => LaunchPaths.FullPath(path, process.WorkingDirectory))
            .SelectMany<string, string>(path => Directory.Exists(path) ? Directory.EnumerateFiles(path, "*.cfg").Order(StringComparer.Ordinal) : [path])
            .Take(FilesMax)
            .Select(path => (Path: path, Text: FileCalls.ReadText(path, FileBytesMax) ?? ""));
}
