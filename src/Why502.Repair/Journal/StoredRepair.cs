using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Why502.Diagnosis;
using Why502.Host.Kernel;

namespace Why502.Repair;

/// <summary>A plan as it is kept: everything that is needed to take it back, in one file that is whole or not there.</summary>
public sealed record StoredPlan(string Id, DateTimeOffset At, RepairPlan Plan);

/// <summary>
/// One repair on disk. Its plan is written, synced and named before anything on the machine changes; every step has a line in the journal,
/// synced, before it is made. So what has been changed is a part of what the journal names, at whatever moment the power fails.
/// </summary>
public sealed class StoredRepair
{
    private const string PlanName = "plan.json";
    private const string JournalName = "journal";
    private const int JournalBytesMax = 16 * 1024 * 1024;
    private const uint PrivateFile = 0x180; // 0600

    private readonly string directory;
    private readonly List<JournalLine> lines;

    private StoredRepair(string directory, StoredPlan stored, List<JournalLine> lines)
    {
        this.directory = directory;
        Stored = stored;
        this.lines = lines;
    }

    public StoredPlan Stored { get; }

    public string Id => Stored.Id;

    public RepairPlan Plan => Stored.Plan;

    public RepairState State => StateOf(lines);

    /// <summary>What was said when it was taken back.</summary>
    public string? Why => lines.LastOrDefault(line => line.Mark == JournalMark.TakeBack)?.Text;

    /// <summary>The taking back that was begun last was asked for by a person.</summary>
    internal bool WasAskedBack => lines.LastOrDefault(line => line.Mark == JournalMark.TakeBack) is { Asked: true };

    internal IEnumerable<int> BegunSteps => lines.Where(line => line.Mark == JournalMark.Begin).Select(line => line.Step!.Value).Distinct();

    internal bool MayHaveReloaded => lines.Any(line => line.Mark == JournalMark.Reload);

    /// <summary>What the last <c>nginx -t</c> might have touched and was not put back, for there is no later line.</summary>
    internal IReadOnlyList<TouchedPath> Touched => lines is [.., { Mark: JournalMark.Test, Touched: { } touched }] ? touched : [];

    /// <summary>By its journal alone.</summary>
    internal static bool HasEnded(string directory) => StateOf(ReadLines(directory)).IsFinal();

    internal static bool HasPlan(string directory) => FileCalls.Status(Path.Combine(directory, PlanName)) is { IsRegular: true };

    internal static StoredRepair? Read(string directory)
    {
        var bytes = FileCalls.Read(Path.Combine(directory, PlanName), AtomicFile.BytesMax * 2, out _);
        if (bytes is null)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(bytes, RepairJson.Default.StoredPlan) is { } stored ? new(directory, stored, ReadLines(directory)) : null;
        }
        catch (JsonException)
        {
            // Not of this version, or somebody's own file.
            return null;
        }
    }

    internal static StoredRepair Begin(string directory, string id, RepairPlan plan, DateTimeOffset now)
    {
        var stored = new StoredPlan(id, now, plan);
        foreach (var (step, index) in plan.Steps.Select((step, index) => (step, index)))
        {
            // The plan has the bytes, too; this copy is for a person who looks for one.
            if (step.Action is RepairAction.WriteFile { Before: { } before } write)
            {
                AtomicFile.WriteOwn(Path.Combine(directory, CopyName(index, write.Path)), before);
            }
        }

        AtomicFile.WriteOwn(Path.Combine(directory, PlanName), JsonSerializer.SerializeToUtf8Bytes(stored, RepairJson.Default.StoredPlan));
        AtomicFile.SyncDirectory(directory);
        return new(directory, stored, []);
    }

    /// <summary>Where the copy of a step's file lies.</summary>
    public string? CopyOf(int step) => Plan.Steps[step].Action is RepairAction.WriteFile { Before: not null } write ? Path.Combine(directory, CopyName(step, write.Path)) : null;

    /// <summary>On the disk when this returns.</summary>
    internal void Note(JournalLine line)
    {
        var path = Path.Combine(directory, JournalName);
        var descriptor = WriteCalls.Open(path, WriteCalls.OpenWriteOnly | WriteCalls.OpenCreate | WriteCalls.OpenAppend | WriteCalls.OpenNoFollow | WriteCalls.OpenCloseOnExec, PrivateFile);
        if (descriptor < 0)
        {
            throw StepFailedException.OfCall($"cannot open {path}");
        }

        try
        {
            // A line that a crash has cut is ended first, so that this one stands alone.
            byte[] text = [.. "\n"u8, .. JsonSerializer.SerializeToUtf8Bytes(line, RepairJson.Default.JournalLine), (byte)'\n'];
            AtomicFile.Write(descriptor, text, path);
            if (WriteCalls.Sync(descriptor) < 0)
            {
                throw StepFailedException.OfCall($"cannot sync {path}");
            }
        }
        finally
        {
            _ = WriteCalls.Close(descriptor);
        }

        if (lines.Count == 0)
        {
            AtomicFile.SyncDirectory(path);
        }

        lines.Add(line);
    }

    private static RepairState StateOf(List<JournalLine> lines)
        => lines.LastOrDefault(line => line.Mark is JournalMark.Applied or JournalMark.TakeBack or JournalMark.RolledBack or JournalMark.Undone)?.Mark switch
        {
            JournalMark.Applied => RepairState.Applied,
            JournalMark.RolledBack => RepairState.RolledBack,
            JournalMark.Undone => RepairState.Undone,
            JournalMark.TakeBack => RepairState.TakingBack,
            _ => RepairState.Begun,
        };

    private static string CopyName(int step, string path) => string.Create(CultureInfo.InvariantCulture, $"{step + 1}-{Path.GetFileName(path)}");

    private static List<JournalLine> ReadLines(string directory)
    {
        var lines = new List<JournalLine>();
        var bytes = FileCalls.Read(Path.Combine(directory, JournalName), JournalBytesMax) ?? [];
        var end = bytes.AsSpan().LastIndexOf((byte)'\n');
        foreach (var range in bytes.AsSpan(0, Math.Max(0, end)).Split((byte)'\n'))
        {
            if (bytes.AsSpan()[range] is { IsEmpty: false } text)
            {
                try
                {
                    lines.Add(JsonSerializer.Deserialize(text, RepairJson.Default.JournalLine)!);
                }
                catch (JsonException)
                {
                    // Cut by a crash: what it announced was not begun, for it was never synced whole.
                }
            }
        }

        return lines;
    }
}
