using System.Globalization;
using System.Text;
using Why502.Lab.Machine;
using Why502.Lab.Servers;
using Xunit;

namespace Why502.Lab.Repairs;

/// <summary>An nginx of three files, a socket's mode and a drop-in's directory, and what may be true of them.</summary>
internal sealed class RepairSite
{
    private static readonly string[] Names = ["a", "b", "c"];

    private readonly LabMachine _machine;
    private readonly NginxServer _nginx;

    public RepairSite(LabMachine machine)
    {
        _machine = machine;
        foreach (var name in Names)
        {
            machine.Write($"conf.d/{name}.conf", Text(name, "old"));
        }

        File.SetUnixFileMode(machine.Write("app.sock", ""), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _nginx = NginxServer.Start(machine, Site("default_server") + $"\ninclude {machine.PathOf("conf.d")}/*;");
        Master = File.ReadAllText(machine.PathOf("run/nginx.pid")).Trim();
    }

    public string Master { get; }

    /// <summary>The command that makes, or takes back, the lab's own repair of this site (tests/Why502.KillPoint).</summary>
    public string[] Driver(string act, params string[] words)
    {
        var lab = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        var program = Path.Combine(lab.Parent!.Parent!.FullName, "Why502.KillPoint", lab.Name, "Why502.KillPoint.dll");
        Skip.IfNot(File.Exists(program), "the driver of the lab is not built");
        return [Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet" ? path : "/usr/share/dotnet/dotnet", program, act, _machine.Directory, Master, .. words];
    }

    public string State => _machine.PathOf("state");

    /// <summary>The state that every run begins with.</summary>
    public void Keep() => _machine.Shell("mkdir kept; for name in state conf.d app.service.d app.sock; do [ -e $name ] && cp -a $name kept/; done; true");

    public void Restore() => _machine.Shell("rm -rf state conf.d app.service.d app.sock; cp -a kept/. .");

    /// <summary>Makes the repair, which must fail for this reason and leave nothing of it.</summary>
    public void Refuses(string reason, params string[] words)
    {
        var said = _machine.Must(Driver("apply", words));
        Assert.Contains(reason, said, StringComparison.OrdinalIgnoreCase);
        Assert.Matches("^(taken back|refused): ", said);
        var problems = new List<string>();
        CheckNoMix(reason, problems);
        CheckWhole(reason, problems);
        Assert.Empty(problems);
        Assert.All(Names, name => Assert.Equal(Text(name, "old"), File.ReadAllText(Conf(name))));
    }

    /// <summary>As the machine sees it: some scenarios mount something there.</summary>
    private string Conf(string name) => $"{_machine.FileSystem}{_machine.PathOf($"conf.d/{name}.conf")}";

    public void CheckNoMix(string where, List<string> problems)
    {
        foreach (var name in Names)
        {
            var found = File.ReadAllText(Conf(name));
            if (found != Text(name, "old") && found != Text(name, "new"))
            {
                problems.Add($"{where}: {name}.conf is neither the old nor the new: {found.Length} characters");
            }
        }

        var test = _machine.Execute("nginx", "-t", "-p", _machine.Directory, "-c", _nginx.Config);
        if (test.ExitCode != 0)
        {
            problems.Add($"{where}: nginx -t fails: {test.Errors}");
        }
    }

    /// <summary>All old or all new, nothing left beside, and nginx serves.</summary>
    public void CheckWhole(string where, List<string> problems)
    {
        var drop = File.Exists(_machine.PathOf("app.service.d/why502.conf"));
        var mode = File.GetUnixFileMode(_machine.PathOf("app.sock")).HasFlag(UnixFileMode.GroupRead);
        var texts = Names.Select(name => File.ReadAllText(Conf(name)) == Text(name, "new")).ToList();
        var all = texts.Append(drop).Append(mode).Distinct().Count() == 1;
        if (!all)
        {
            problems.Add($"{where}: a mix is left: {string.Join(' ', texts)} drop-in {drop} mode {mode}");
        }

        var names = Directory.EnumerateFileSystemEntries(_machine.FileSystem + _machine.PathOf("conf.d"), "*.conf*").Select(Path.GetFileName).Order(StringComparer.Ordinal);
        if (!names.SequenceEqual(Names.Select(name => name + ".conf")) || (!drop && Directory.Exists(_machine.PathOf("app.service.d"))))
        {
            problems.Add($"{where}: left behind: {string.Join(' ', names)}");
        }

        if (new Client(_machine).Get() != 200)
        {
            problems.Add($"{where}: nginx does not serve");
        }
    }

    private static string Site(string flag) => $"server {{\n    listen 127.0.0.1:8080 {flag};\n    location / {{ return 200 ok; }}\n}}";

    /// <summary>Larger than a page and a write's atomic size.</summary>
    private static string Text(string name, string state)
    {
        var text = new StringBuilder($"server {{\n    listen 127.0.0.1:8080;\n    server_name {name}.example.com;\n    location / {{ return 200 {state}; }}\n}}\n");
        while (text.Length < 9000)
        {
            text.Append(CultureInfo.InvariantCulture, $"# {state} {text.Length}\n");
        }

        return text.ToString();
    }
}
