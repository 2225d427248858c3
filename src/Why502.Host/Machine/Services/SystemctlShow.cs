using Why502.Diagnosis.Stacks;
using System.Globalization;
using Why502.Diagnosis;

namespace Why502.Host.Machine;

/// <summary>Reads the output of <c>systemctl show</c>: blocks of <c>Name=value</c>, one per unit, with a blank line between.</summary>
internal static class SystemctlShow
{
    public static readonly string Properties = string.Join(',',
        "Id", "Names", "LoadState", "ActiveState", "SubState", "Result", "ExecMainStatus", "ExecMainCode", "Restart", "NRestarts", "UnitFileState", "FragmentPath", "ExecStart", "MainPID",
        "StateChangeTimestamp", "Environment", "WorkingDirectory", "Listen", "Triggers");

    public static List<Dictionary<string, string>> Blocks(string text)
    {
        var blocks = new List<Dictionary<string, string>>();
        var block = new Dictionary<string, string>();
        foreach (var line in text.Split('\n').Append(""))
        {
            var equals = line.IndexOf('=');
            if (line.Length == 0)
            {
                if (block.Count > 0)
                {
                    blocks.Add(block);
                    block = [];
                }
            }
            else if (equals > 0)
            {
                // A property that repeats (Listen, ExecStart) is kept whole.
                var name = line[..equals];
                block[name] = block.TryGetValue(name, out var earlier) ? earlier + "\n" + line[(equals + 1)..] : line[(equals + 1)..];
            }
        }

        return blocks;
    }

    public static UnitFact FactOf(Dictionary<string, string> block)
    {
        string Text(string name) => block.GetValueOrDefault(name, "");
        string? Optional(string name) => Text(name) is { Length: > 0 } text ? text : null;
        int? Number(string name) => int.TryParse(Text(name), out var number) ? number : null;
        var command = CommandOf(Text("ExecStart"));
        return new()
        {
            Name = Text("Id"),
            LoadState = Text("LoadState"),
            ActiveState = Text("ActiveState"),
            SubState = Text("SubState"),
            Result = Text("Result"),
            ExitStatus = Text("ExecMainCode") is "" or "0" ? null : Number("ExecMainStatus"),
            ExitCode = Text("ExecMainCode") switch { "1" => "exited", "2" => "killed", "3" => "dumped", _ => null },
            Restart = Optional("Restart"),
            RestartCount = Number("NRestarts"),
            UnitFileState = Optional("UnitFileState"),
            FragmentPath = Optional("FragmentPath"),
            ExecStart = CommandLine.ForPeople(command),
            MainPid = Number("MainPID") is > 0 and var pid ? pid : null,
            StateChangedAt = TimeOf(Text("StateChangeTimestamp")),
            Addresses = UnitAddresses.Of(block, command),
        };
    }

    /// <summary>"{ path=/usr/bin/node ; argv[]=/usr/bin/node server.js ; ignore_errors=no ; … }", the last line of several.</summary>
    internal static List<string> CommandOf(string execStart)
    {
        const string Start = "argv[]=";
        var from = execStart.IndexOf(Start, StringComparison.Ordinal);
        if (from < 0)
        {
            return [];
        }

        from += Start.Length;
        var to = execStart.IndexOf(" ; ignore_errors=", from, StringComparison.Ordinal);
        return Options.Split(to < 0 ? execStart[from..] : execStart[from..to]);
    }

    /// <summary>"@1700000000" (--timestamp=unix), or "Sat 2026-11-21 02:18:03 UTC" of older versions.</summary>
    internal static DateTimeOffset? TimeOf(string text)
    {
        if (text.StartsWith('@'))
        {
            return long.TryParse(text[1..], out var seconds) && seconds is > 0 and < 253402300800 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
        }

        // The zone is a name, which has no fixed meaning but for UTC; every other one is the machine's.
        var parts = text.Split(' ');
        if (parts.Length < 3 || !DateTime.TryParseExact($"{parts[1]} {parts[2]}", "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var moment))
        {
            return null;
        }

        return parts is [.., "UTC"] ? new(moment, TimeSpan.Zero) : new(moment, TimeZoneInfo.Local.GetUtcOffset(moment));
    }
}
