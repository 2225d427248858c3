using System.Text;
using Why502.Logs;

namespace Why502.Diagnosis;

public sealed partial class Scene
{
    private const string AppLogPath = "/var/log/app.log";

    private readonly List<string> said = [];
    private readonly List<string> kernelSaid = [];
    private readonly Dictionary<string, AppSettingsFact> settings = new(StringComparer.Ordinal);
    private readonly Dictionary<string, WorkerWaitsFact> waits = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ForwardsFact> forwards = new(StringComparer.Ordinal);

    /// <summary>Lines of the app server's own log, with their times; failures are at 11:59:00 on 15 January 2026.</summary>
    public Scene Says(params string[] lines)
    {
        said.AddRange(lines);
        return this;
    }

    /// <summary>Messages of the kernel at the time of the failures.</summary>
    public Scene Kernel(params string[] messages)
    {
        kernelSaid.AddRange(messages.Select(message => $"Jan 15 11:59:00 example kernel: {message}"));
        return this;
    }

    /// <summary>Limits of the app server behind an address.</summary>
    public Scene Limits(string address, AppSettingsFact limits)
    {
        settings[address] = limits;
        return this;
    }

    /// <summary>An idle limit as written in a file.</summary>
    public Scene KeepsIdle(string address, string stack, double seconds)
        => Limits(address, new() { Stack = stack, Idle = new("keep-alive time-out", $"{seconds} s", seconds, "/srv/app/settings", 3, null) });

    public Scene WaitsFor(string address, int workers, params WaitTarget[] targets)
    {
        waits[address] = new(workers, targets);
        return this;
    }

    /// <summary>What listens on an address is a forwarder.</summary>
    public Scene HandsOn(string address, params ForwardTarget[] targets)
    {
        forwards[address] = new(targets);
        return this;
    }

    private static AppLogFact Log(IReadOnlyList<string> lines, string path)
    {
        var events = new List<AppLogEvent>();
        var reader = new AppLogReader(path, now: Now.DateTime);
        reader.Push(Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"), events.Add);
        reader.Complete(events.Add);
        return new(events, [], new(0, 0, false, [path]));
    }
}
