using Why502.Cli.Driver;
using Why502.Diagnosis;
using Why502.Diagnosis.Readings;
using Why502.Nginx;

namespace Why502.Cli.Verify;

/// <summary>Has questions answered within the probe rules. Reads and connections are remembered, requests are made anew each time.</summary>
internal sealed class Asker(IReadOnlyList<Answerer> answerers, ProbeGate gate)
{
    private readonly Dictionary<Question, Answer> answers = [];

    public async Task<Answer> AskAsync(Question question, CancellationToken cancellation)
    {
        if (answers.TryGetValue(question, out var known))
        {
            return known;
        }

        return answers[question] = Refusal(question) is { } refusal ? Unseen(question, refusal) : await AskAnewAsync(question, cancellation).ConfigureAwait(false);
    }

    /// <summary>Several at once; none of them twice.</summary>
    public async Task<IReadOnlyList<Answer>> AskAllAsync(IEnumerable<Question> questions, CancellationToken cancellation)
    {
        var all = questions.ToList();
        var asked = all.Distinct().Where(question => !answers.ContainsKey(question)).ToList();
        var answered = await Task.WhenAll(asked.Select(question
            => Refusal(question) is { } refusal ? Task.FromResult(Unseen(question, refusal)) : AskAnewAsync(question, cancellation))).ConfigureAwait(false);
        foreach (var answer in answered)
        {
            answers[answer.Question] = answer;
        }

        return [.. all.Select(question => answers[question])];
    }

    /// <summary>Why the probe rules forbid it; null when they don't.</summary>
    public string? Refusal(Question question) => gate.Refuses(question, answers);

    /// <summary>Asks whatever was asked before. The caller has looked at <see cref="Refusal"/>.</summary>
    public async Task<Answer> AskAnewAsync(Question question, CancellationToken cancellation)
    {
        if (answerers.FirstOrDefault(candidate => candidate.CanAnswer(question)) is not { } answerer)
        {
            return Unseen(question, "nobody here can answer it");
        }

        try
        {
            return await Task.Run(() => answerer.AnswerAsync(question, cancellation), CancellationToken.None).WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return Unseen(question, "not finished in time");
        }
    }

    /// <summary>Every nginx that is meant, with its configuration.</summary>
    public async Task<IReadOnlyList<(NginxInstance Instance, NginxConfiguration Configuration)>> ConfigurationsAsync(string? config, CancellationToken cancellation)
    {
        await AskAsync(new MachineState(), cancellation).ConfigureAwait(false);
        var instances = await AskAsync(new NginxInstances(config), cancellation).ConfigureAwait(false);
        var found = new List<(NginxInstance, NginxConfiguration)>();
        foreach (var instance in (instances.Fact as NginxInstancesFact)?.Instances ?? [])
        {
            await AskAsync(ConfigurationReading.Question(instance), cancellation).ConfigureAwait(false);
            if (new Observations(answers, default).ConfigurationOf(instance) is { } configuration)
            {
                found.Add((instance, configuration));
            }
        }

        return found;
    }

    /// <summary>This machine's own addresses, without their prefix lengths.</summary>
    public IReadOnlyList<string> OwnAddresses
        => answers.TryGetValue(new MachineState(), out var answer) && answer.Fact is MachineStateFact machine ? [.. machine.Addresses.Select(own => own.Split('/')[0])] : [];

    private static Answer Unseen(Question question, string reason) => new(question, null, reason, new Provenance(Environment.MachineName, Sources.Probe, question.What, default));
}
