namespace Why502.Host.Probes;

/// <summary>A probe's own time limit within the budget of the whole run: the two are told apart when either ends.</summary>
internal sealed class Patience : IDisposable
{
    private readonly CancellationToken budget;
    private readonly CancellationTokenSource own;
    private readonly CancellationTokenSource both;

    public Patience(TimeSpan limit, TimeProvider time, CancellationToken budget)
    {
        this.budget = budget;
        own = new CancellationTokenSource(limit, time);
        both = CancellationTokenSource.CreateLinkedTokenSource(own.Token, budget);
    }

    public CancellationToken Token => both.Token;

    /// <summary>The probe's own limit ended it, not the budget.</summary>
    public bool IsOver => own.IsCancellationRequested && !budget.IsCancellationRequested;

    /// <summary>Begins a new limit for the next phase, unless the old one has just ended.</summary>
    public void Renew(TimeSpan limit) => own.CancelAfter(limit);

    public void ThrowIfCancelled() => budget.ThrowIfCancellationRequested();

    public void Dispose()
    {
        both.Dispose();
        own.Dispose();
    }
}
