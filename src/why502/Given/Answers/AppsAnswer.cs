using Why502.Diagnosis;
using Why502.Host.Machine;
using Why502.Logs;
using Why502.Logs.Commands;

namespace Why502.Cli.Given.Answers;

/// <summary>Which app servers run, from <c>ps</c>. A filtered listing without one says nothing.</summary>
internal sealed class AppsAnswer : IGivenAnswer
{
    public GivenFact? Answer(Question question, GivenRecords records)
    {
        var processes = records.Of<ListedProcess>();
        if (question is not AppProcesses || processes.Count == 0)
        {
            return null;
        }

        var apps = processes.Select(process => (Process: process, App: HostText.App(process.CommandLine))).Where(item => item.App is not null).ToList();
        return apps.Count == 0 && !processes.Any(process => process.Complete)
            ? null
            : new(new AppProcessesFact([.. apps.Select(item => new AppProcess(Reference(item.Process), item.App!.Value.Stack, item.App.Value.Addresses, [], apps.Count(other => other.App!.Value.Stack == item.App.Value.Stack), []))]), apps.Count > 0 ? apps[0].Process : processes[0]);
    }

    private static ProcessRef Reference(ListedProcess process) => new()
    {
        Pid = process.Pid,
        ParentPid = process.ParentPid,
        Name = Sanitizer.Line(Path.GetFileName(process.CommandLine.Split(' ', 2)[0].TrimEnd(':'))),
        CommandLine = Redactor.Text(Sanitizer.Line(process.CommandLine)),
        User = process.User,
    };
}
