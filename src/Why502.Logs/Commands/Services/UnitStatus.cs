namespace Why502.Logs.Commands;

/// <summary>A unit as <c>systemctl status</c> shows it, in systemd's own words.</summary>
/// <param name="Ended">The words behind the active state: "Result: exit-code".</param>
public sealed record UnitState(string Name, string LoadState, string? UnitFileState, string? FragmentPath, string ActiveState, string SubState, string? Ended, string? ExitCode, int? ExitStatus, int? MainPid, string? CommandLine) : CommandRecord;

/// <summary><c>systemctl status</c> (src/systemctl/systemctl-show.c), one or several units, whole or cut at either end.</summary>
public sealed class UnitStatus : ICommandReader
{
    public string Command => "systemctl status";

    public bool Looks(PastedText text) => text.Any(line => IsActive(line, out _));

    public IEnumerable<CommandRecord> Read(PastedText text)
    {
        UnitState? unit = null;
        foreach (var line in text.Lines)
        {
            var trimmed = line.Text.Trim();
            if (Heading(line.Text) is { } name)
            {
                if (unit is { ActiveState.Length: > 0 })
                {
                    yield return unit;
                }

                unit = New(name, line.Number);
            }
            else if (IsActive(line.Text, out var state))
            {
                unit = WithState(unit ?? New(NameIn(text.Command) ?? "", line.Number), state);
            }
            else if (unit is not null)
            {
                unit = With(unit, trimmed);
            }
        }

        if (unit is { ActiveState.Length: > 0 })
        {
            yield return unit;
        }
    }

    private static UnitState New(string name, int line) => new(name, "", null, null, "", "", null, null, null, null, null) { Line = line };

    /// <summary><c>● app.service - My app</c>; the dot is ×, ○ or * elsewhere.</summary>
    private static string? Heading(string line)
    {
        var text = line.TrimStart(' ', '\t', '●', '×', '○', '*', '↻', '\u0095', 'â', '\u0097', '\u008f');
        var word = text.Split(' ', 2)[0];
        var described = text.Length > word.Length && text[word.Length..].StartsWith(" - ", StringComparison.Ordinal);
        return IsUnit(word) && (described || (text.Length < line.Length && text.Length == word.Length)) ? word : null;
    }

    private static bool IsUnit(string word) => word.Length < 256 && (word.EndsWith(".service", StringComparison.Ordinal) || word.EndsWith(".socket", StringComparison.Ordinal));

    private static string? NameIn(string? command)
        => command?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is ["systemctl" or "service", .. var rest] && rest.FirstOrDefault(word => !word.StartsWith('-') && word is not "status") is { } name
            ? IsUnit(name) ? name : name + ".service"
            : null;

    /// <summary><c>Active: failed (Result: exit-code) since …</c>, <c>Active: active (running) since …</c></summary>
    private static bool IsActive(string line, out string state)
    {
        var text = line.TrimStart();
        state = text.StartsWith("Active: ", StringComparison.Ordinal) ? text[8..] : "";
        return state.Length > 0 && state.Split(' ')[0] is "active" or "inactive" or "failed" or "activating" or "deactivating" or "reloading";
    }

    private static UnitState WithState(UnitState unit, string state)
    {
        var word = TextScan.Between(state, "(", ")");
        var result = word?.StartsWith("Result: ", StringComparison.Ordinal) == true ? word[8..] : TextScan.Between(state, "(Result: ", ")");
        return unit with { ActiveState = state.Split(' ')[0], SubState = result is not null && word?.StartsWith("Result: ", StringComparison.Ordinal) == true ? "failed" : word ?? "", Ended = result };
    }

    private static UnitState With(UnitState unit, string line) => line switch
    {
        _ when line.StartsWith("Loaded: ", StringComparison.Ordinal) => unit with
        {
            LoadState = line[8..].Split(' ')[0],
            FragmentPath = TextScan.Between(line, "(", ";") is ['/', ..] path ? path : null,
            UnitFileState = TextScan.Between(line, "; ", ";") ?? TextScan.Between(line, "; ", ")"),
        },
        _ when line.StartsWith("Main PID: ", StringComparison.Ordinal) => Exited(unit with { MainPid = (int?)TextScan.NumberAt(line, 10) }, line),
        _ when line.StartsWith("Process: ", StringComparison.Ordinal) => Exited(unit, line) with { CommandLine = unit.CommandLine ?? TextScan.Between(line, "ExecStart=", " (code=") },
        _ when line.StartsWith("├─", StringComparison.Ordinal) || line.StartsWith("└─", StringComparison.Ordinal) => unit with { CommandLine = unit.CommandLine ?? AfterNumber(line) },
        _ => unit,
    };

    /// <summary><c>(code=exited, status=203/EXEC)</c></summary>
    private static UnitState Exited(UnitState unit, string line)
        => TextScan.Between(line, "(code=", ")") is { } how
            ? unit with { ExitCode = unit.ExitCode ?? how.Split(',')[0], ExitStatus = unit.ExitStatus ?? (int?)TextScan.NumberAfter(how, "status=") }
            : unit;

    private static string? AfterNumber(string line)
    {
        var blank = line.IndexOf(' ');
        return blank > 0 && blank + 1 < line.Length ? line[(blank + 1)..].Trim('"') : null;
    }
}
