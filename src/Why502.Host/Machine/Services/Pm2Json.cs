using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Why502.Diagnosis;
using Why502.Host.Kernel;
using Why502.Logs;

namespace Why502.Host.Machine;

/// <summary>What is read of PM2's answers. They hold each app's whole environment: only the variables that say where to listen are looked at.</summary>
internal static partial class Pm2Json
{
    private const int AppsMax = 500;
    private const int ArgumentsMax = 64;
    private const int ScriptBytesMax = 256 * 1024;

    /// <param name="answer">Of getMonitorData.</param>
    public static IEnumerable<Pm2App> Apps(JsonElement answer)
        => First(answer) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray().Take(AppsMax).Select(App).OfType<Pm2App>() : [];

    /// <summary>The apps of a saved list that were running when it was saved (lib/API/Startup.js, dump): pm2_env of each, without its number.</summary>
    public static IEnumerable<Pm2App> Saved(JsonElement list)
        => list.ValueKind != JsonValueKind.Array ? [] : list.EnumerateArray().Take(AppsMax).Where(set => set.ValueKind == JsonValueKind.Object && Text(set, "status") == "online" && Text(set, "name") is not null)
            .Select((set, index) => App(index, Text(set, "name")!, set) with { State = "saved", Restarts = 0, ExitCode = null });

    /// <summary>Where the user who saved it looked for programs.</summary>
    public static IReadOnlyList<string> SearchPath(JsonElement list)
        => list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray().Take(1).Where(set => set.ValueKind == JsonValueKind.Object).SelectMany(set => (Text(set, "PATH") ?? "").Split(':')).Where(folder => folder.StartsWith('/')).Take(ArgumentsMax)] : [];

    /// <summary>Main module of the daemon.</summary>
    /// <param name="answer">Of getReport.</param>
    public static string? Program(JsonElement answer)
        => First(answer) is { ValueKind: JsonValueKind.Object } report && report.TryGetProperty("argv", out var words) && words.ValueKind == JsonValueKind.Array && words.GetArrayLength() > 1 && words[1].ValueKind == JsonValueKind.String ? words[1].GetString() : null;

    private static JsonElement? First(JsonElement answer)
        => answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("args", out var arguments) && arguments.ValueKind == JsonValueKind.Array && arguments.GetArrayLength() > 0 ? arguments[0] : null;

    private static Pm2App? App(JsonElement item)
    {
        if (item.ValueKind != JsonValueKind.Object || Number(item, "pm_id") is not { } id || Text(item, "name") is not { } name || !item.TryGetProperty("pm2_env", out var set) || set.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        return App(id, name, set);
    }

    private static Pm2App App(int id, string name, JsonElement set)
    {
        var script = Text(set, "pm_exec_path");
        return new()
        {
            Id = id,
            Name = Sanitizer.Line(name),
            State = Text(set, "status") is { } state ? Sanitizer.Line(state) : "",
            Home = "",
            Restarts = Number(set, "restart_time") ?? 0,
            ExitCode = Number(set, "exit_code"),
            Script = script is null ? null : Sanitizer.Line(script),
            Addresses = Addresses(set, script),
            Output = [.. ((string[])["pm_err_log_path", "pm_out_log_path"]).Select(key => Text(set, key)).OfType<string>().Where(path => path.StartsWith('/') && path != "/dev/null").Distinct()],
        };
    }

    /// <summary>By its arguments and variables; where neither says, by the default that its script has.</summary>
    private static IReadOnlyList<string> Addresses(JsonElement set, string? script)
    {
        var arguments = set.TryGetProperty("args", out var given) && given.ValueKind == JsonValueKind.Array
            ? given.EnumerateArray().Where(word => word.ValueKind == JsonValueKind.String).Take(ArgumentsMax).Select(word => word.GetString()!).ToList() : [];
        var environment = AppLaunch.VariableNames.Select(variable => (variable, Value: Scalar(set, variable))).Where(pair => pair.Value is not null).ToDictionary(pair => pair.variable, pair => pair.Value!);
        var interpreter = Text(set, "exec_interpreter") is { } program and not "none" ? program : null;
        IReadOnlyList<string> command = [.. ((string?[])[interpreter, script]).OfType<string>(), .. arguments];
        var told = UnitAddresses.Of(command, environment, Text(set, "pm_cwd") ?? "/").Concat(Bare(arguments)).Distinct().ToList();
        return told.Count > 0 || script is null || FileCalls.ReadText(script, ScriptBytesMax) is not { } text ? told
            : [.. Default.Matches(text).Select(match => match.Groups["port"].Value).Distinct().Select(port => BindAddresses.Normal(":" + port, null)).OfType<string>()];
    }

    /// <summary>"127.0.0.1 3000" and "3000": what a script of one's own takes.</summary>
    private static IEnumerable<string> Bare(List<string> arguments)
        => arguments.Where(word => word.Length is > 1 and < 6 && ushort.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out _)).Select(word => ":" + word);

    private static string? Text(JsonElement from, string key) => from.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string? Scalar(JsonElement from, string key)
        => from.TryGetProperty(key, out var value) ? value.ValueKind switch { JsonValueKind.String => value.GetString(), JsonValueKind.Number => value.GetRawText(), _ => null } : null;

    private static int? Number(JsonElement from, string key) => from.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : null;

    /// <summary>.listen(3000, process.env.PORT || 3000, PORT ?? 3000, { port: 3000 }: the ways in which Node's documentation and those of its frameworks write it.</summary>
    [GeneratedRegex(@"(\blisten\s*\(\s*|\bPORT\s*(\|\||\?\?)\s*[""']?|\bport\s*[:=]\s*)(?<port>[0-9]{2,5})\b", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Default { get; }
}
