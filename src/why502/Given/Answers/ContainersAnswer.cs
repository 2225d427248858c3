using Why502.Diagnosis;
using Why502.Logs;
using Why502.Logs.Commands;

namespace Why502.Cli.Given.Answers;

/// <summary>Which containers run, what they use and how they ended, from <c>docker ps</c>, <c>docker stats</c>, <c>docker inspect</c> and compose files.</summary>
internal sealed class ContainersAnswer : IGivenAnswer
{
    public GivenFact? Answer(Question question, GivenRecords records)
    {
        // What runs is told by the engine; the recipe stands in where it was not asked.
        var all = records.Of<ListedContainer>();
        var running = all.Where(row => row.State != ComposeFile.Defined).ToList();
        var listed = running.Count > 0 ? running : all;
        var used = records.Of<ShownContainerUse>();
        var known = listed.Select(row => Fact(row) with { MemoryShare = used.LastOrDefault(use => Is(use, row))?.Memory / 100 })
            .Concat(used.Where(use => !listed.Any(row => Is(use, row))).Select(use => new Container { Id = use.Id, Name = Sanitizer.Line(use.Name), State = "running", MemoryShare = use.Memory / 100 }))
            .Concat(records.Of<UnselectedPods>().Select(row => new Container { Id = "", Name = Sanitizer.Line(row.Workload), State = ComposeFile.Defined, UnselectedBy = Sanitizer.Line($"Service {row.Service} ({row.Label})") }))
            .ToList();
        return question is Containers && known.Count > 0 ? new(new ContainersFact(["docker"], known), listed.Count > 0 ? listed[0] : used.Count > 0 ? used[0] : records.Of<UnselectedPods>()[0]) : null;
    }

    private static bool Is(ShownContainerUse use, ListedContainer row) => use.Name == row.Name || (use.Id.Length > 0 && row.Id.Length > 0 && (use.Id.StartsWith(row.Id, StringComparison.Ordinal) || row.Id.StartsWith(use.Id, StringComparison.Ordinal)));

    private static Container Fact(ListedContainer row) => new()
    {
        Id = row.Id,
        Name = Sanitizer.Line(row.Name),
        Image = row.Image,
        Service = row.Service,
        State = row.State,
        ExitCode = row.ExitCode,
        OomKilled = row.OomKilled,
        RestartCount = row.RestartCount,
        Exposed = row.Exposed,
        ProxiedPort = row.ProxiedPort,
        Published = [.. row.Published.Select(port => new PublishedPort(port.Address, port.Host, port.Container))],
    };
}
