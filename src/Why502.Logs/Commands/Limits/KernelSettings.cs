namespace Why502.Logs.Commands;

/// <summary>A kernel setting: <c>net.netfilter.nf_conntrack_max</c> and its value.</summary>
public sealed record KernelSetting(string Name, string Value) : CommandRecord;

/// <summary><c>sysctl NAME</c>, files below /etc/sysctl.d, and <c>cat /proc/sys/…</c> where the prompt was pasted along.</summary>
public sealed class KernelSettings : ICommandReader
{
    private const string ProcSys = "/proc/sys/";

    private static readonly string[] Trees = ["net.", "fs.", "vm.", "kernel."];

    public string Command => "sysctl -a";

    public bool Looks(PastedText text) => Shown(text) is not null || text.Any(line => SettingOf(new(1, line)) is not null);

    public IEnumerable<CommandRecord> Read(PastedText text)
        => Shown(text) is { } name && text.Lines.FirstOrDefault(line => line.Text.Trim().Length > 0) is { Text: { } value } line
            ? [new KernelSetting(name, value.Trim()) { Line = line.Number }]
            : text.Lines.Select(SettingOf).OfType<KernelSetting>();

    /// <summary>The setting whose file one <c>cat</c> prints.</summary>
    private static string? Shown(PastedText text)
        => text.Program == "cat" && text.Command!.Split(' ') is [_, var path] && path.StartsWith(ProcSys, StringComparison.Ordinal) ? path[ProcSys.Length..].Replace('/', '.') : null;

    private static KernelSetting? SettingOf(PastedLine line)
    {
        var equals = line.Text.IndexOf('=');
        if (equals <= 0 || line.Text.Length > CommandReaders.LineCharsMax)
        {
            return null;
        }

        var name = line.Text[..equals].Trim();
        return Trees.Any(tree => name.StartsWith(tree, StringComparison.Ordinal)) && !name.Contains(' ') ? new(name, line.Text[(equals + 1)..].Trim()) { Line = line.Number } : null;
    }
}
