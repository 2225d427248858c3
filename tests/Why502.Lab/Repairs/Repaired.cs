using System.Globalization;
using System.Text.Json;
using Why502.Lab.Machine;
using Why502.Lab.Servers;
using Why502.Lab.Verdicts;

namespace Why502.Lab.Repairs;

/// <summary>
/// Broken, shown, applied, served, taken back: what a repair has to prove on a real machine. Everything wrong is reported at once.
/// </summary>
public sealed class Repaired
{
    private readonly LabMachine _machine;
    private readonly NginxServer _nginx;
    private readonly Tool _tool;
    private readonly List<string> _problems = [];
    private string _said = "";
    private string? _watched;
    private bool _isOfMachine;
    private string _says = "Fixed.";

    private Repaired(LabMachine machine, NginxServer nginx)
    {
        _machine = machine;
        _nginx = nginx;
        _tool = Tool.On(machine);
    }

    /// <param name="machine">Where it is broken.</param>
    /// <param name="nginx">Whose requests fail.</param>
    /// <param name="cause">What has to be repaired.</param>
    /// <param name="works">Whether the request that failed is answered now.</param>
    /// <param name="changed">The lines of configuration that may differ afterwards, trimmed: those that go, with a minus in front, and those that come.</param>
    /// <param name="arguments">Further arguments of fix.</param>
    public static void Prove(LabMachine machine, NginxServer nginx, string cause, Func<bool> works, string[] changed, params string[] arguments)
        => Prove(machine, nginx, cause, works, changed, failsAgain: true, arguments);

    /// <summary>The same for a fault that any reload ends for a while: taking the repair back reloads, too, so the request goes on being answered.</summary>
    public static void ProveBesideReload(LabMachine machine, NginxServer nginx, string cause, Func<bool> works, string[] changed, params string[] arguments)
        => Prove(machine, nginx, cause, works, changed, failsAgain: false, arguments);

    /// <summary>A reload is the repair, and nginx makes directories of its own with it.</summary>
    public static void ProveReload(LabMachine machine, NginxServer nginx, string cause, Func<bool> works)
    {
        var proof = new Repaired(machine, nginx) { _isOfMachine = true };
        proof.All(cause, works, [], failsAgain: false, []);
        proof.Report();
    }

    /// <summary>The same where what failed is not asked again by a proof (a POST, a connection past nginx's http servers): it is applied, and said to be unproven.</summary>
    public static void ProveApplied(LabMachine machine, NginxServer nginx, string cause, Func<bool> works, string[] changed, string? watched = null)
    {
        var proof = new Repaired(machine, nginx) { _says = "Applied, but not proven", _watched = watched, _isOfMachine = watched is not null };
        proof.All(cause, works, changed, failsAgain: true, []);
        proof.Report();
    }

    private static void Prove(LabMachine machine, NginxServer nginx, string cause, Func<bool> works, string[] changed, bool failsAgain, string[] arguments)
    {
        var proof = new Repaired(machine, nginx);
        proof.All(cause, works, changed, failsAgain, arguments);
        proof.Report();
    }

    /// <summary>The same where an app is started or given to somebody: then its own files come and go, and only those that stay keep owner and mode.</summary>
    /// <param name="watched">A directory of the machine whose files are compared, too: /etc/systemd/system.</param>
    public static void ProveOfMachine(LabMachine machine, NginxServer nginx, string cause, Func<bool> works, string[] changed, string? watched = null, params string[] arguments)
    {
        var proof = new Repaired(machine, nginx) { _watched = watched, _isOfMachine = true };
        proof.All(cause, works, changed, failsAgain: true, arguments);
        proof.Report();
    }

    private void All(string cause, Func<bool> works, string[] changed, bool failsAgain, string[] arguments)
    {
        var before = Configuration();
        var owners = Owners();
        string[] fix = ["fix", "--config", _nginx.Config, "--cause", cause, .. arguments];

        var shown = Run([.. fix, "--format", "json"]);
        Check(shown.ExitCode == 1, $"fix alone exits {shown.ExitCode}");
        Check(Plans(shown.Output) is [var planned, ..] && planned == cause, $"fix plans {string.Join(", ", Plans(shown.Output))}");
        Check(Same(before, Configuration()), "fix alone changed a file");
        Check(!Directory.Exists(State), "fix alone keeps state");

        // Logs have whole seconds: what failed and what was answered after the repair must not share one.
        LogClock.Pass();
        var begun = DateTimeOffset.UtcNow.AddSeconds(-1);
        var applied = Run([.. fix, "--apply", "--yes"]);
        Check(applied.ExitCode == 0, $"--apply exits {applied.ExitCode}");
        Check(applied.Output.Contains(_says, StringComparison.Ordinal), $"--apply does not say: {_says}");
        Check(works(), "the request still fails after --apply");
        Check(_says != "Fixed." || !Standing(Run(["diagnose", "--config", _nginx.Config, "--format", "json"]).Output, begun).Contains(cause), $"a diagnosis afterwards says that {cause} goes on");
        Check(_machine.Execute([.. _nginx.Within, "nginx", "-t", "-p", _machine.Directory, "-c", _nginx.Config]).ExitCode == 0, "nginx -t fails after --apply");
        var differences = Differences(before, Configuration());
        Check(differences.Order().SequenceEqual(changed.Order()), $"the change is [{string.Join(" | ", differences)}], not [{string.Join(" | ", changed)}]");
        Check(_isOfMachine || owners.SequenceEqual(Owners()), $"owners or modes changed: {string.Join(" | ", Owners().Except(owners))}");

        var undone = Run(["fix", "--undo"]);
        Check(undone.ExitCode == 0, $"--undo exits {undone.ExitCode}");
        Check(Same(before, Configuration()), "--undo did not bring every byte back");
        Check(_isOfMachine ? Stayed(owners, Owners()) : owners.SequenceEqual(Owners()), $"--undo left other owners or modes: {string.Join(" | ", Owners().Except(owners))}");
        Check(!failsAgain || FailsAgain(works), "after --undo the request works: it was not the repair that helped");
    }

    /// <summary>A repair that does not help: it is made, found to be none, and every byte is as it was.</summary>
    public static void ProveTakenBack(LabMachine machine, NginxServer nginx, string cause, Func<bool> asBefore, params string[] arguments)
    {
        var proof = new Repaired(machine, nginx);
        var (before, owners) = (proof.Configuration(), proof.Owners());
        var applied = proof.Run(["fix", "--config", nginx.Config, "--cause", cause, "--apply", "--yes", .. arguments]);
        proof.Check(applied.ExitCode == 1, $"--apply exits {applied.ExitCode}");
        proof.Check(applied.Output.Contains("did not help", StringComparison.Ordinal), "--apply does not say that it did not help");
        proof.Check(applied.Output.Contains("reload:", StringComparison.Ordinal), "nothing was tried");
        proof.Check(Same(before, proof.Configuration()), "a file is not as it was");
        proof.Check(owners.SequenceEqual(proof.Owners()), "owners or modes are not as they were");
        proof.Check(asBefore(), "nginx does not serve as before");
        proof.Check(proof.Run(["fix", "--undo"]).ExitCode == 1, "there is something to undo");
        proof.Report();
    }

    private void Report()
    {
        if (_problems.Count > 0)
        {
            throw new LabException($"{string.Join(Environment.NewLine, _problems)}{Environment.NewLine}{_said}");
        }
    }

    /// <summary>A server that was reloaded by the undo has no load in its first moments.</summary>
    private static bool FailsAgain(Func<bool> works)
    {
        for (var attempt = 0; attempt < 20; attempt++)
        {
            if (!works())
            {
                return true;
            }

            Thread.Sleep(150);
        }

        return false;
    }

    private string State => _machine.PathOf("state");

    private CommandResult Run(string[] arguments)
    {
        var result = _tool.RunWith(["STATE_DIRECTORY=" + State], arguments);
        _said += $"{Environment.NewLine}--- why502 {string.Join(' ', arguments)}: exit {result.ExitCode}{Environment.NewLine}{result.Output}{result.Errors}";
        return result;
    }

    private void Check(bool holds, string problem)
    {
        if (!holds)
        {
            _problems.Add(problem);
        }
    }

    private static IReadOnlyList<string?> Plans(string output)
    {
        try
        {
            using var json = JsonDocument.Parse(output);
            return [.. json.RootElement.GetProperty("plans").EnumerateArray().Select(plan => plan.GetProperty("cause").GetString())];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    /// <summary>The causes that a diagnosis names of what goes on; what failed while the repair was made cannot be told from what fails after it.</summary>
    private static IReadOnlyList<string> Standing(string output, DateTimeOffset begun)
        => [.. Diagnosis.Parse(output).Findings
            .Where(finding => finding is { Confidence: >= 0.5, State: "current" })
            .Where(finding => finding.Impact?.Last is not { } last || DateTimeOffset.Parse(last, CultureInfo.InvariantCulture) < begun)
            .Select(finding => finding.Cause)];

    private static bool Stayed(string[] before, string[] after)
    {
        var now = after.ToDictionary(line => line[..line.IndexOf(' ')], line => line);
        return before.All(line => !now.TryGetValue(line[..line.IndexOf(' ')], out var found) || found == line);
    }

    private Dictionary<string, byte[]> Configuration()
        => Directory.EnumerateFiles(_machine.Directory, "*.conf", SearchOption.AllDirectories)
            .Where(file => !file.StartsWith(State, StringComparison.Ordinal))
            .Concat(_watched is null ? [] : Directory.EnumerateFiles(_machine.FileSystem + _watched, "*", SearchOption.AllDirectories).Where(File.Exists))
            .ToDictionary(file => file, File.ReadAllBytes);

    /// <summary>Type, mode and owner of everything but what the app and the logs make meanwhile.</summary>
    private string[] Owners()
        => [.. _machine.Must("find", _machine.Directory, "-path", State, "-prune", "-o", "-printf", "%p %y %m %U:%G\\n").Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => !line.Contains("/trace", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)];

    private static bool Same(Dictionary<string, byte[]> one, Dictionary<string, byte[]> other)
        => one.Count == other.Count && one.All(file => other.TryGetValue(file.Key, out var bytes) && file.Value.AsSpan().SequenceEqual(bytes));

    private static List<string> Differences(Dictionary<string, byte[]> before, Dictionary<string, byte[]> after)
    {
        var differences = new List<string>();
        foreach (var file in before.Keys.Union(after.Keys))
        {
            var (old, now) = (Lines(before, file), Lines(after, file));
            differences.AddRange(old.Except(now).Select(line => "-" + line.Trim()));
            differences.AddRange(now.Except(old).Select(line => line.Trim()));
        }

        return differences;
    }

    private static string[] Lines(Dictionary<string, byte[]> files, string file)
        => files.TryGetValue(file, out var bytes) ? System.Text.Encoding.UTF8.GetString(bytes).Split('\n') : [""];
}
