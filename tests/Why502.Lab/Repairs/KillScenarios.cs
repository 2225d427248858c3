using System.Globalization;
using System.Text;
using Why502.Lab.Machine;
using Why502.Lab.Servers;
using Why502.Lab.Verdicts;
using Xunit;
using Xunit.Abstractions;

namespace Why502.Lab.Repairs;

/// <summary>
/// A repair that is killed (SIGKILL by strace) on entering every single system call that writes, one run for each: the old or the new files are there,
/// never a mix of one file's bytes, nginx would load them, and <c>why502 fix --recover</c> brings all of the old state back.
/// </summary>
public sealed class KillScenarios(ITestOutputHelper output)
{
    /// <summary>Each is a moment between two writes: the run is killed when it enters its first, second, … such call.</summary>
    private static readonly string[] Calls =
    [
        "fsync", "rename,renameat,renameat2", "unlink,unlinkat,rmdir", "fchmod,chmod,fchmodat", "fchown,lchown,fchownat", "mkdir,mkdirat", "ftruncate,flock", "pidfd_send_signal,kill", "clone,clone3,vfork,fork",
        // Of all writes those of the journal and the files alone are told by their length: the runtime's own are short.
        "write",
    ];

    private const int CallsMax = 120;

    [SkippableFact]
    public void Applying_KilledAnywhere() => Kill(nameof(Applying_KilledAnywhere), "apply", prepare: null, pointsMin: 60);

    [SkippableFact]
    public void TakingBackWhatDidNotHelp_KilledAnywhere() => Kill(nameof(TakingBackWhatDidNotHelp_KilledAnywhere), "fail", prepare: null, pointsMin: 80);

    [SkippableFact]
    public void Undoing_KilledAnywhere() => Kill(nameof(Undoing_KilledAnywhere), "undo", prepare: "apply", pointsMin: 30);

    [SkippableFact]
    public void Recovering_KilledAnywhere() => Kill(nameof(Recovering_KilledAnywhere), "recover", prepare: "killed", pointsMin: 30);

    private void Kill(string scenario, string act, string? prepare, int pointsMin) => LabMachine.Run(scenario, machine =>
    {
        Programs.Require("strace");
        Skip.If(Driver is null, "the driver of the lab is not built");
        var site = new KilledSite(machine);
        var tool = Tool.On(machine);
        var problems = new List<string>();
        var points = 0;
        if (prepare == "apply")
        {
            Drive(machine, site, "apply");
        }
        else if (prepare == "killed")
        {
            // At its end, when all is written and nothing is kept yet.
            Drive(machine, site, "apply", "pidfd_send_signal,kill", 1);
        }

        site.Keep();
        foreach (var calls in Calls)
        {
            for (var number = 1; number <= CallsMax; number++)
            {
                site.Restore();
                var killed = Drive(machine, site, act, calls, number);
                if (!killed)
                {
                    break;
                }

                points++;
                var where = $"{act} killed at {calls} number {number}";
                site.CheckNoMix(where, problems);
                var recovered = tool.RunWith(["STATE_DIRECTORY=" + site.State], "fix", "--recover");
                if (recovered.ExitCode != 0)
                {
                    problems.Add($"{where}: recover exits {recovered.ExitCode}: {recovered.Output}{recovered.Errors}");
                }

                site.CheckWhole(where, problems);
            }
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{act}: {points} points"));
        Assert.True(problems.Count == 0, string.Join('\n', problems.Take(20)));
        Assert.True(points >= pointsMin, $"only {points} points were reached, not {pointsMin}");
    });

    /// <summary>True when it was killed, false when it came to its end.</summary>
    private static bool Drive(LabMachine machine, KilledSite site, string act, string? calls = null, int number = 0)
    {
        string[] program = [Dotnet, Driver!, act, machine.Directory, site.Master];
        var result = calls is null
            ? machine.Execute(program)
            : machine.Execute(["strace", "-f", "-qq", "-o", "/dev/null", "-e", $"trace={calls}", "-e", string.Create(CultureInfo.InvariantCulture, $"inject={calls}:signal=KILL:when={number}"), "--", .. program]);
        return result.ExitCode switch
        {
            0 => false,
            137 => true,
            _ => throw new LabException($"{act}: exit {result.ExitCode}: {result.Output}{result.Errors}"),
        };
    }

    private static string Dotnet => Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet" ? path : "/usr/share/dotnet/dotnet";

    private static string? Driver
    {
        get
        {
            var lab = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
            var program = Path.Combine(lab.Parent!.Parent!.FullName, "Why502.KillPoint", lab.Name, "Why502.KillPoint.dll");
            return File.Exists(program) ? program : null;
        }
    }

    /// <summary>An nginx of three files, a socket's mode and a drop-in's directory, and what may be true of them.</summary>
    private sealed class KilledSite
    {
        private static readonly string[] Names = ["a", "b", "c"];

        private readonly LabMachine _machine;
        private readonly NginxServer _nginx;

        public KilledSite(LabMachine machine)
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

        public string State => _machine.PathOf("state");

        /// <summary>The state that every run begins with.</summary>
        public void Keep() => _machine.Shell("mkdir kept; for name in state conf.d app.service.d app.sock; do [ -e $name ] && cp -a $name kept/; done; true");

        public void Restore() => _machine.Shell("rm -rf state conf.d app.service.d app.sock; cp -a kept/. .");

        public void CheckNoMix(string where, List<string> problems)
        {
            foreach (var name in Names)
            {
                var found = File.ReadAllText(_machine.PathOf($"conf.d/{name}.conf"));
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
            var texts = Names.Select(name => File.ReadAllText(_machine.PathOf($"conf.d/{name}.conf")) == Text(name, "new")).ToList();
            var all = texts.Append(drop).Append(mode).Distinct().Count() == 1;
            if (!all)
            {
                problems.Add($"{where}: a mix is left: {string.Join(' ', texts)} drop-in {drop} mode {mode}");
            }

            var names = Directory.EnumerateFileSystemEntries(_machine.PathOf("conf.d")).Select(Path.GetFileName).Order(StringComparer.Ordinal);
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
}
