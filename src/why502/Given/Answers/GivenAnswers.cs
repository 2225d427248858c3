using Why502.Diagnosis;
using Why502.Logs.Commands;

namespace Why502.Cli.Given.Answers;

/// <summary>What pasted output answers of one or more questions about the machine.</summary>
internal interface IGivenAnswer
{
    /// <summary>The fact, with the record that shows it best; null where nothing that was given answers this question.</summary>
    GivenFact? Answer(Question question, GivenRecords records);
}

/// <summary>A fact read from what was given, and where.</summary>
internal sealed record GivenFact(Fact Fact, CommandRecord Source);

/// <summary>All rows of all pasted output and settings.</summary>
internal sealed record GivenRecords(IReadOnlyList<CommandRecord> All)
{
    /// <summary>The user that nginx's workers run as, where the given configuration names one.</summary>
    public string? WorkerUser { get; init; }

    public IReadOnlyList<TRecord> Of<TRecord>()
        where TRecord : CommandRecord
        => [.. All.OfType<TRecord>()];
}

/// <summary>Everything that pasted output can answer. A question that none of these knows stays unobserved.</summary>
internal static class GivenAnswers
{
    private static readonly IGivenAnswer[] All =
    [
        new NamesAnswer(),
        new TlsAnswer(),
        new ListenersAnswer(),
        new UnitsAnswer(),
        new AppsAnswer(),
        new SocketPathAnswer(),
        new TrialAnswer(),
        new RouteAnswer(),
        new FilterAnswer(),
        new PoolsAnswer(),
        new ContainersAnswer(),
        new RoomAnswer(),
        new LimitAnswers(),
        new PressureAnswer(),
        new QueueAnswer(),
        new PolicyAnswer(),
    ];

    public static GivenFact? Of(Question question, GivenRecords records)
        => records.All.Count == 0 ? null : All.Select(answer => answer.Answer(question, records)).FirstOrDefault(fact => fact is not null);
}
