using System.Globalization;
using Why502.Diagnosis;

namespace Why502.Cli.Driver;

/// <summary>
/// Runs the pure diagnosis, answers what it wants, and runs it again. Reads go before connections and connections before
/// requests, because what is read decides whether a connection may be made at all. The budget is hard: what is not
/// finished by then is unobserved, and the verdict is given on what is known.
/// </summary>
internal sealed class DiagnosisDriver(IReadOnlyList<Answerer> answerers, DiagnosisOptions options, TimeProvider time)
{
    /// <summary>Each round asks one class of cost. The chain instances, configuration, logs, tables, connections, requests needs about ten.</summary>
    private const int RoundsMax = 24;

    /// <summary>Questions under way at once; readers block on files, and a machine has few disks.</summary>
    private const int ParallelMax = 24;

    private readonly Dictionary<Question, Answer> answers = [];
    private readonly string host = Environment.MachineName;

    /// <summary>Part of the budget that the last diagnosis and the report need.</summary>
    private static TimeSpan Reserve(TimeSpan budget) => TimeSpan.FromMilliseconds(Math.Clamp(budget.TotalMilliseconds * 0.08, 50, 400));

    /// <summary>Pure work that a starved machine may need beyond the budget: a late verdict is worth more than none.</summary>
    private static TimeSpan Grace(TimeSpan budget) => budget / 2 + TimeSpan.FromSeconds(1);

    /// <summary>Null lets every question through: files and records open no connection.</summary>
    public ProbeGate? Gate { get; init; }

    public Action<string> Progress { get; init; } = _ => { };

    /// <summary>Asked before the first round, because the gate needs it.</summary>
    public IReadOnlyList<Question> AskFirst { get; init; } = [];

    /// <summary>Takes answers that are known before the first round.</summary>
    public void Know(IEnumerable<Answer> known)
    {
        foreach (var answer in known)
        {
            answers[answer.Question] = answer;
        }
    }

    public async Task<DriverResult> RunAsync(DateTimeOffset now, TimeSpan budget, CancellationToken stop)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
        deadline.CancelAfter(budget - Reserve(budget));
        await AnswerAllAsync(AskFirst, budget, deadline.Token).ConfigureAwait(false);
        using var patience = new CancellationTokenSource(budget + Grace(budget));
        var last = await DiagnoseAsync(now, patience.Token).ConfigureAwait(false);
        for (var round = 1; round < RoundsMax && last is not null; round++)
        {
            var wanted = last.Wanted.Where(question => !answers.ContainsKey(question)).ToList();
            if (wanted.Count == 0)
            {
                break;
            }

            var cost = wanted.Min(question => question.Cost);
            await AnswerAllAsync([.. wanted.Where(question => question.Cost == cost)], budget, deadline.Token).ConfigureAwait(false);

            // After the deadline every further wish is refused at once, so these rounds are pure and end quickly.
            if (await DiagnoseAsync(now, patience.Token).ConfigureAwait(false) is not { } next)
            {
                break;
            }

            last = next;
        }

        return new(last ?? Diagnoser.Diagnose(new Observations(new Dictionary<Question, Answer>(), now), options), answers.Values, stop.IsCancellationRequested);
    }

    /// <summary>Diagnosis is pure but not free; on a thread of its own it cannot hold up the deadline.</summary>
    private async Task<Conclusion?> DiagnoseAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        var seen = new Dictionary<Question, Answer>(answers);
        try
        {
            return await Task.Run(() => Diagnoser.Diagnose(new Observations(seen, now), options), CancellationToken.None).WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private async Task AnswerAllAsync(IReadOnlyList<Question> questions, TimeSpan budget, CancellationToken deadline)
    {
        var allowed = new List<Question>();
        var names = questions.Any(question => question is Resolve && Gate?.Refuses(question, answers) is null);
        foreach (var question in questions)
        {
            if (Gate?.Refuses(question, answers) is { } refusal)
            {
                if (names && refusal == ProbeGate.NotNamed)
                {
                    // An address is named by what a name resolves to, and that is being looked up now: it is asked for again in the next round.
                    continue;
                }

                answers[question] = Unobserved(question, refusal);
            }
            else
            {
                allowed.Add(question);
            }
        }

        if (allowed.Count == 0)
        {
            return;
        }

        Progress(Saying(allowed));
        using var slots = new SemaphoreSlim(ParallelMax);
        // One peer hears from us one connection at a time; different peers at once.
        var lanes = allowed.GroupBy(Lane, StringComparer.Ordinal).Select(lane => LaneAsync([.. lane], slots, budget, deadline)).ToList();
        foreach (var answered in await Task.WhenAll(lanes).ConfigureAwait(false))
        {
            foreach (var answer in answered)
            {
                answers[answer.Question] = answer;
            }
        }
    }

    private async Task<IReadOnlyList<Answer>> LaneAsync(IReadOnlyList<Question> questions, SemaphoreSlim slots, TimeSpan budget, CancellationToken deadline)
    {
        var answered = new List<Answer>(questions.Count);
        foreach (var question in questions)
        {
            answered.Add(await OneAsync(question, slots, budget, deadline).ConfigureAwait(false));
        }

        return answered;
    }

    private async Task<Answer> OneAsync(Question question, SemaphoreSlim slots, TimeSpan budget, CancellationToken deadline)
    {
        var answerer = answerers.FirstOrDefault(candidate => candidate.CanAnswer(question));
        if (answerer is null)
        {
            return Unobserved(question, "nobody here can answer it");
        }

        var entered = false;
        try
        {
            await slots.WaitAsync(deadline).ConfigureAwait(false);
            entered = true;
            // A reader may block in a system call that no token interrupts: it is left behind, not waited for.
            return await Task.Run(() => answerer.AnswerAsync(question, deadline), CancellationToken.None).WaitAsync(deadline).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return Unobserved(question, $"not finished within {Seconds(budget)}");
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            return Unobserved(question, $"looking failed: {Why502.Logs.Sanitizer.Line(failure.Message)}");
        }
        finally
        {
            if (entered)
            {
                slots.Release();
            }
        }
    }

    private Answer Unobserved(Question question, string reason)
        => new(question, null, reason, new Provenance(host, question.Cost == Cost.Read ? Sources.Machine : Sources.Probe, question.What, time.GetUtcNow()));

    private static string Lane(Question question) => question switch
    {
        { Cost: Cost.Read } => $"read {question.GetHashCode().ToString(CultureInfo.InvariantCulture)} {question.What}",
        _ => ProbeGate.PeerOf(question) ?? question.What,
    };

    private static string Saying(List<Question> questions) => questions[0].Cost switch
    {
        Cost.Read => questions.Count == 1 ? $"reading {questions[0].What} …" : $"reading {questions[0].What} and {questions.Count - 1} more …",
        Cost.Probe => questions.Count == 1 ? $"trying {questions[0].What} …" : $"trying {questions[0].What} and {questions.Count - 1} more …",
        _ => $"asking: {questions[0].What} …",
    };

    private static string Seconds(TimeSpan budget) => budget.TotalSeconds >= 1 ? $"{budget.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture)} s" : $"{(int)budget.TotalMilliseconds} ms";
}
