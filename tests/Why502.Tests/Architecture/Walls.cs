namespace Why502.Tests.Architecture;

/// <summary>One assembly: what it holds, and which others it may see.</summary>
internal sealed record Room(string Name, string Holds, params string[] MayUse);

/// <summary>The one list of assemblies and arrows. The tests hold projects and binaries to it; the map in ARCHITECTURE.md is printed from it.</summary>
internal static class Walls
{
    public static IReadOnlyList<Room> Rooms { get; } =
    [
        new("Why502.Nginx", "configuration text → lossless tree → model (values in effect) → routing → edits"),
        new("Why502.Logs", "bytes → records: nginx's error and access logs, and the logs of the apps behind it"),
        new("Why502.Generators", "runs inside the compiler: writes the list of causes"),
        new("Why502.Diagnosis", "questions and answers, incidents, causes, weights, findings, fixes as values", "Why502.Nginx", "Why502.Logs"),
        new("Why502.Reports", "findings → text, JSON, Markdown", "Why502.Diagnosis", "Why502.Nginx", "Why502.Logs"),
        new("Why502.Host", "answers questions about this machine: files, processes, sockets, units, probes", "Why502.Diagnosis", "Why502.Traffic", "Why502.Nginx", "Why502.Logs"),
        new("Why502.Repair", "the only writer: plans, the journalled transaction, taking back", "Why502.Diagnosis", "Why502.Host", "Why502.Nginx", "Why502.Logs"),
        new("Why502.Traffic", "access logs of any size → traffic, upstreams, findings: the scan, mergeable sketches, the report as values", "Why502.Logs"),
        new("why502", "the executable: commands, and the driver that has questions answered", "Why502.Diagnosis", "Why502.Host", "Why502.Repair", "Why502.Reports", "Why502.Traffic", "Why502.Nginx", "Why502.Logs"),
    ];

    public static IEnumerable<string> Names => Rooms.Select(room => room.Name);

    public static string Map() => string.Concat(Rooms.Select(room =>
        $"| `src/{room.Name}/` | {room.Holds} | {(room.MayUse.Length == 0 ? "nothing" : string.Join(", ", room.MayUse.Select(name => $"`{name}`")))} |\n"));
}
