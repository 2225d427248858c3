using Why502.Diagnosis;
using Why502.Logs;
using Why502.Logs.Commands;

namespace Why502.Cli.Given.Answers;

/// <summary>Which containers run and how they ended, from <c>docker ps</c> and <c>docker inspect</c>.</summary>
internal sealed class ContainersAnswer : IGivenAnswer
{
    public GivenFact? Answer(Question question, GivenRecords records)
    {
        var listed = records.Of<ListedContainer>();
        return question is Containers && listed.Count > 0 ? new(new ContainersFact(["docker"], [.. listed.Select(Fact)]), listed[0]) : null;
    }

    private static Container Fact(ListedContainer row) => new()
    {
        Id = row.Id,
        Name = Sanitizer.Line(row.Name),
        Image = row.Image,
        State = row.State,
        ExitCode = row.ExitCode,
        OomKilled = row.OomKilled,
        RestartCount = row.RestartCount,
        Published = [.. row.Published.Select(port => new PublishedPort(port.Address, port.Host, port.Container))],
    };
}
