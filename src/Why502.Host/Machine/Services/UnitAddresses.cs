using Why502.Diagnosis.Stacks;
using Why502.Host.Kernel;

namespace Why502.Host.Machine;

/// <summary>The addresses that a unit serves, from its command, its environment and, for a socket unit, its listeners.</summary>
internal static class UnitAddresses
{
    private const int FileBytesMax = 1024 * 1024;

    public static IReadOnlyList<string> Of(Dictionary<string, string> block, IReadOnlyList<string> command)
    {
        var addresses = new List<string>();

        // "Listen=/run/app.sock (Stream)", "Listen=0.0.0.0:80 (Stream)", "Listen=[::]:80 (Stream)".
        foreach (var line in block.GetValueOrDefault("Listen", "").Split('\n'))
        {
            const string Kind = " (Stream)";
            if (line.EndsWith(Kind, StringComparison.Ordinal) && BindAddresses.Normal(line[..^Kind.Length], null) is { } address)
            {
                addresses.Add(address);
            }
        }

        addresses.AddRange(Of(command, Environment(block.GetValueOrDefault("Environment", "")), block.GetValueOrDefault("WorkingDirectory", "").TrimStart('!', '-') is { Length: > 0 } given ? given : "/"));
        return [.. addresses.Distinct()];
    }

    /// <param name="command">What is started.</param>
    /// <param name="environment">Only variables of <see cref="AppLaunch.VariableNames"/>.</param>
    /// <param name="directory">In which it is started.</param>
    public static IReadOnlyList<string> Of(IReadOnlyList<string> command, Dictionary<string, string> environment, string directory)
    {
        var addresses = new List<string>();
        if (AppStack.Of(Inner(command)) is { } stack)
        {
            addresses.AddRange(BindAddresses.Of(new(stack, environment, directory, path => FileCalls.ReadText(LaunchPaths.FullPath(path, directory), FileBytesMax))));
        }
        else if (Generic(command, environment) is { } address)
        {
            addresses.Add(address);
        }

        return [.. addresses.Distinct()];
    }

    /// <summary>The variables that say where to listen; all others are dropped unseen.</summary>
    private static Dictionary<string, string> Environment(string text)
    {
        var kept = new Dictionary<string, string>();
        foreach (var entry in Options.Split(text))
        {
            var equals = entry.IndexOf('=');
            if (equals > 0 && AppLaunch.VariableNames.Contains(entry[..equals]))
            {
                kept[entry[..equals]] = entry[(equals + 1)..];
            }
        }

        return kept;
    }

    /// <summary>The command behind <c>/bin/sh -c</c> and <c>env A=b</c>.</summary>
    private static IReadOnlyList<string> Inner(IReadOnlyList<string> command)
    {
        if (command is [var shell, "-c" or "-lc", var line, ..] && Path.GetFileName(shell) is "sh" or "bash" or "dash")
        {
            return [.. Options.Split(line).SkipWhile(word => word is "exec" || word.Contains('='))];
        }

        return command is [var env, ..] && Path.GetFileName(env) == "env" ? [.. command.Skip(1).SkipWhile(word => word.Contains('='))] : command;
    }

    /// <summary>Any program that is told a port or an address by an option that everybody names so.</summary>
    private static string? Generic(IReadOnlyList<string> command, Dictionary<string, string> environment)
    {
        var bind = Options.Value(command, "--bind", "--listen", "--addr", "--address", "--http", "-addr", "-listen", "--web.listen-address", "--listen-address");
        if (bind is not null && BindAddresses.Normal(bind, null) is { } address)
        {
            return address;
        }

        var port = Options.Value(command, "--port", "-port", "-p") ?? environment.GetValueOrDefault("PORT");
        var host = Options.Value(command, "--host", "-host") ?? environment.GetValueOrDefault("HOST") ?? "";
        return port is null ? null : BindAddresses.Normal($"{host}:{port}", null);
    }
}
