using Why502.Diagnosis;
using Why502.Host.Kernel;

namespace Why502.Host.Machine;

/// <summary>Answers whether nginx has the file open that a log's path leads to now.</summary>
internal sealed class LogHeldReader(MachineSnapshot machine)
{
    /// <summary>nginx opens its logs first: they have low numbers.</summary>
    private const int DescriptorsMax = 4096;

    public Look Read(LogHeld question)
    {
        const string How = "/proc/PID/fd";
        var proc = machine.Options.ProcPath;
        var path = question.ThroughPid == 0 ? question.Path : $"{proc}/{question.ThroughPid}/root{question.Path}";
        if (FileCalls.List($"{proc}/{question.MasterPid}/fd", DescriptorsMax, out _) is not { } descriptors)
        {
            return Look.Blind("nginx's open files need root; run with sudo", How);
        }

        return FileCalls.Status(path) is not { } file
            ? Look.Saw(new LogHeldFact(false), How)
            : Look.Saw(new LogHeldFact(descriptors.Any(name => FileCalls.Status($"{proc}/{question.MasterPid}/fd/{name}")?.Identity == file.Identity)), How);
    }
}
