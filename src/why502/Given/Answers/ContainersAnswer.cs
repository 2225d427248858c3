using Why502.Diagnosis;
using Why502.Logs;
using Why502.Logs.Commands;

namespace Why502.Cli.Given.Answers;

/// <summary>Which containers run and how they ended, from <c>docker ps</c>, <c>docker inspect</c> and compose files.</summary>
internal sealed class ContainersAnswer : IGivenAnswer
{
    public GivenFact? Answer(Question question, GivenRecords records)
    {
        // What runs is told by the engine; the recipe stands in where it was not asked.
        var all = records.Of<ListedContainer>();
        var running = all.Where(row => row.State != ComposeFile.Defined).ToList();
        var listed = running.Count > 0 ? running : all;
        return question is Containers && listed.Count > 0 ? new(new ContainersFact(["docker"], [.. listed.Select(Fact)]), listed[0]) : null;
    }

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
        Published = [.. row.Published.Select(port => new PublishedPort(port.Address, port.Host, port.Container))],
    };
}
