using System.Reflection;
using System.Text.Json;

namespace Why502.StartupProfile;

/// <summary>What users do with why502, in short: the labelled cases as files, their logs as traffic, their configurations on the machine that this is (no nginx runs with them, so nothing is asked of one).</summary>
internal sealed class Rehearsal(Assembly program) : IDisposable
{
    /// <summary>All cases are calibrated; every so many of them is also shown, which takes longer and differs less.</summary>
    private const int ShownEach = 8;

    private static readonly string[] Formats = ["text", "json", "markdown"];

    private readonly string _files = Directory.CreateTempSubdirectory("why502-rehearsal-").FullName;

    public void Run(string cases)
    {
        var sets = Directory.GetFiles(cases, "*.jsonl").Order(StringComparer.Ordinal).ToArray();
        Run(["calibrate", .. sets]);
        var number = 0;
        foreach (var line in sets.SelectMany(File.ReadLines).Where(line => line.Length > 0).Where((_, index) => index % ShownEach == 0))
        {
            Show(Kept(line, number), Formats[number++ % Formats.Length]);
        }

        Run(["explain", "upstream-down"]);
    }

    public void Dispose() => Directory.Delete(_files, recursive: true);

    private void Show(string[] files, string format)
    {
        Run(["diagnose", "--format", format, .. files]);
        if (Array.Find(files, file => file.Contains("access", StringComparison.Ordinal)) is { } log)
        {
            Run(["traffic", "--format", format, log]);
        }

        if (Array.Find(files, file => file.EndsWith(".conf", StringComparison.Ordinal)) is { } configuration)
        {
            Run(["config", "check", configuration]);
            Run(["diagnose", "--format", format, "--config", configuration]);
        }
    }

    /// <summary>The files of a case in a directory of their own.</summary>
    private string[] Kept(string labelled, int number)
    {
        using var parsed = JsonDocument.Parse(labelled);
        List<string> files = [];
        foreach (var file in parsed.RootElement.GetProperty("files").EnumerateObject())
        {
            var path = Path.Combine(_files, $"{number}", Path.GetFileName(file.Name));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, file.Value.GetString());
            files.Add(path);
        }

        return [.. files];
    }

    /// <summary>A command in this process; whatever it finds or refuses, its methods are compiled.</summary>
    private void Run(string[] arguments) => program.EntryPoint!.Invoke(null, [arguments]);
}
