using Why502.Diagnosis;
using Why502.Host.Machine;
using Why502.Logs;
using Why502.Logs.Commands;

namespace Why502.Cli.Given.Answers;

/// <summary>Which app servers run, from <c>ps</c>; a filtered listing without one says nothing. Without a listing: the one that answered somebody who asked it by hand.</summary>
internal sealed class AppsAnswer : IGivenAnswer
{
    public GivenFact? Answer(Question question, GivenRecords records)
    {
        var processes = records.Of<ListedProcess>();
        if (question is not AppProcesses)
        {
            return null;
        }

        if (processes.Count == 0)
        {
            return Asked(records);
        }

        var apps = processes.Select(process => (Process: process, App: HostText.App(process.CommandLine))).Where(item => item.App is not null).ToList();
        return apps.Count == 0 && !processes.Any(process => process.Complete)
            ? null
            : new(new AppProcessesFact([.. apps.Select(item => new AppProcess(Reference(item.Process), item.App!.Value.Stack, item.App.Value.Addresses, [], apps.Count(other => other.App!.Value.Stack == item.App.Value.Stack), []))]), apps.Count > 0 ? apps[0].Process : processes[0]);
    }

    /// <summary>An HTTP answer on loopback that is not nginx's own, and the only one; of the process nothing is known but its address.</summary>
    private static GivenFact? Asked(GivenRecords records)
    {
        var answered = records.Of<Trial>().Where(trial => trial is { UnixPath: null, Status: >= 200 and < 500, Port: not (80 or 443) } && IsLoopback(trial.Host) && !(trial.Server is { } server && NginxFamily.Begins(server))).ToList();
        return answered.DistinctBy(trial => trial.Port).Take(2).ToList() is [var only]
            ? new(new AppProcessesFact([new AppProcess(new ProcessRef { Pid = 0, Name = "" }, AppProcess.AskedByHand, [$"127.0.0.1:{only.Port}"], [], 1, [])]), only)
            : null;
    }

    private static bool IsLoopback(string host) => host is "localhost" or "::1" || host.StartsWith("127.", StringComparison.Ordinal);

    private static ProcessRef Reference(ListedProcess process) => new()
    {
        Pid = process.Pid,
        ParentPid = process.ParentPid,
        Name = Sanitizer.Line(Path.GetFileName(process.CommandLine.Split(' ', 2)[0].TrimEnd(':'))),
        CommandLine = Redactor.Text(Sanitizer.Line(process.CommandLine)),
        User = process.User,
    };
}
