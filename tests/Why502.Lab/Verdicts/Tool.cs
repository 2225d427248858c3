using System.Globalization;
using Why502.Lab.Machine;
using Xunit;

namespace Why502.Lab.Verdicts;

/// <summary>The published binary under examination, run inside a lab machine.</summary>
public sealed class Tool
{
    private static readonly Lazy<string?> Published = new(Find);
    private readonly LabMachine _machine;
    private readonly string _binary;

    private Tool(LabMachine machine, string binary)
    {
        _machine = machine;
        _binary = binary;
    }

    /// <summary>The tool, or a skip: what the scenario had to show without it, it has shown by then.</summary>
    public static Tool On(LabMachine machine)
    {
        Skip.If(Published.Value is null, "no published binary: set WHY502_BINARY or publish to artifacts/publish");
        return new Tool(machine, Published.Value!);
    }

    /// <summary>The binary for tests that need no machine of their own; null when there is none.</summary>
    public static string? Binary => Published.Value;

    /// <summary>How much slower than usual this machine is: on one that others use, WHY502_LAB_SLOW=4 gives four times the time.</summary>
    public static double Slowness { get; } = double.TryParse(Environment.GetEnvironmentVariable("WHY502_LAB_SLOW"), NumberStyles.Float, CultureInfo.InvariantCulture, out var factor) ? factor : 1;

    public CommandResult Run(params string[] arguments) => _machine.Execute(TimeSpan.FromSeconds(30 * Slowness), [_binary, .. Patient(arguments)]);

    /// <summary>With variables of its environment, "NAME=value".</summary>
    public CommandResult RunWith(string[] environment, params string[] arguments) => _machine.Execute(TimeSpan.FromMinutes(2), ["env", .. environment, _binary, .. Patient(arguments)]);

    /// <summary>As a user who is nobody special: no group, no capability.</summary>
    public CommandResult RunUnprivileged(params string[] arguments) =>
        _machine.Execute(TimeSpan.FromSeconds(30 * Slowness), ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--", _binary, .. Patient(arguments)]);

    /// <summary>The default budget of five seconds, where the machine has less than usual to give.</summary>
    private static IEnumerable<string> Patient(string[] arguments) => Slowness > 1 && arguments is ["diagnose", ..] && !arguments.Contains("--timeout")
        ? [.. arguments, "--timeout", string.Create(CultureInfo.InvariantCulture, $"{5 * Slowness:0}s")]
        : arguments;

    public CommandResult Trace(string traceFile, params string[] arguments) =>
        _machine.Execute(["strace", "-f", "-qq", "-s", "256", "-o", traceFile, "-e", "trace=%file,%desc,ftruncate,truncate,bind", "--", _binary, .. arguments]);

    private static string? Find()
    {
        var named = Environment.GetEnvironmentVariable("WHY502_BINARY");
        if (!string.IsNullOrEmpty(named))
        {
            return File.Exists(named) ? named : throw new LabException($"WHY502_BINARY={named} does not exist");
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "why502.slnx")))
            {
                // Not the script at the root: it may build first, and a lab machine is no place for that.
                var published = Path.Combine(folder.FullName, "artifacts", "publish", "why502");
                return File.Exists(published) ? published : null;
            }
        }

        return null;
    }
}
