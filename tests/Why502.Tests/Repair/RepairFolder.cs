using Why502.Diagnosis;
using Why502.Repair;

namespace Why502.Tests.Repair;

/// <summary>A temporary directory with a file to repair and a store, and no nginx: its plans reload nothing.</summary>
internal sealed class RepairFolder : IDisposable
{
    public RepairFolder() => Store = new(Path.Combine(Root, "state"));

    public string Root { get; } = Directory.CreateTempSubdirectory("why502-repair-").FullName;

    public RepairStore Store { get; }

    public List<string> Said { get; } = [];

    public string Write(string name, string text)
    {
        var path = Path.Combine(Root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    public Transaction Transaction() => new(Store, TimeProvider.System, Said.Add);

    public RepairPlan Plan(params RepairAction[] actions)
        => new("response-header-too-big", "a title", "a summary", new NginxTarget(Path.Combine(Root, "nginx.conf"), Root + "/", null, null, null, null, []), [.. actions.Select(StepWords.Of)]);

    /// <summary>Everything below the root but the store, by relative name.</summary>
    public Dictionary<string, string> Tree()
        => Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories).Where(file => !file.StartsWith(Store.Directory, StringComparison.Ordinal)).ToDictionary(file => Path.GetRelativePath(Root, file), File.ReadAllText);

    public void Dispose() => Directory.Delete(Root, recursive: true);

    public static byte[] Bytes(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    public static Task<RepairProof> Works(CancellationToken cancellation) => Task.FromResult(new RepairProof(true, ["GET /  200"]));

    public static Task<RepairProof> Fails(CancellationToken cancellation) => Task.FromResult(new RepairProof(false, ["GET /  502"]));
}
