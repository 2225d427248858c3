namespace Why502.Logs.Commands;

/// <summary>What SELinux's tools say of the machine: its mode, a boolean, or the context that nginx or a file has. Only what the row shows is set.</summary>
/// <param name="Mode">enforcing, permissive or disabled.</param>
/// <param name="Path">The file that <paramref name="Context"/> belongs to; null for a process of nginx.</param>
public sealed record ShownPolicy(string? Mode, string? Boolean, bool IsOn, string? Context, string? Path) : CommandRecord;

/// <summary><c>getenforce</c>, <c>sestatus</c>, <c>getsebool</c> (libselinux's and policycoreutils' utilities), <c>ls -Z</c> and <c>ps -Z</c>.</summary>
public sealed class PolicyListing : ICommandReader
{
    private static readonly string[] Modes = ["enforcing", "permissive", "disabled"];

    public string Command => "getenforce";

    public bool Looks(PastedText text)
        => text.Program is "getenforce" or "sestatus" || text.Any(line => line.Contains(" --> o", StringComparison.Ordinal) || line.StartsWith("Current mode:", StringComparison.Ordinal) || line.StartsWith("SELinux status:", StringComparison.Ordinal) || ContextIn(line) is not null);

    public IEnumerable<CommandRecord> Read(PastedText text)
    {
        foreach (var line in text.Lines)
        {
            if (Row(line, text.Program) is { } row)
            {
                yield return row with { Line = line.Number };
            }
        }
    }

    private static ShownPolicy? Row(PastedLine line, string program) => line.Words switch
    {
        [var mode] when program == "getenforce" && Modes.Contains(mode.ToLowerInvariant()) => new(mode.ToLowerInvariant(), null, false, null, null),
        ["Current", "mode:", var mode] when Modes.Contains(mode) => new(mode, null, false, null, null),
        ["SELinux", "status:", "disabled"] => new("disabled", null, false, null, null),
        [var name, "-->", "on" or "off"] => new(null, name, line.Words[2] == "on", null, null),
        { Length: > 4 } words when words.Contains("nginx:") && words.Contains("process") && ContextIn(words[0]) is { } own => new(null, null, false, own, null),
        { Length: > 4 } words when words[0].Length >= 10 && words[0][0] is 's' or '-' or 'd' && ContextIn(line.Text) is { } label => new(null, null, false, label, words[^1]),
        _ => null,
    };

    /// <summary><c>system_u:object_r:httpd_sys_content_t:s0</c></summary>
    private static string? ContextIn(string line)
        => line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries).FirstOrDefault(word => word.Split(':') is [var user, var role, var type, ..] && user.EndsWith("_u", StringComparison.Ordinal) && role.EndsWith("_r", StringComparison.Ordinal) && type.EndsWith("_t", StringComparison.Ordinal));
}
