using System.Runtime.InteropServices;

namespace Why502.Cli.Commands;

/// <summary>Ctrl-C and its like, as a token: the command ends what it does and says what it knows, instead of being ended.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource stop;
    private readonly List<PosixSignalRegistration> registrations = [];
    private readonly bool secondEnds;

    /// <param name="secondEnds">The second signal ends the process. Not where something was begun that has to be taken back.</param>
    /// <param name="cancellation">Ends it, too.</param>
    /// <param name="more">Signals beside SIGINT and SIGTERM.</param>
    public StopSignals(bool secondEnds, CancellationToken cancellation, params PosixSignal[] more)
    {
        this.secondEnds = secondEnds;
        stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal));
        registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal));
        foreach (var signal in more)
        {
            registrations.Add(PosixSignalRegistration.Create(signal, OnSignal));
        }
    }

    public CancellationToken Token => stop.Token;

    public void Dispose()
    {
        registrations.ForEach(registration => registration.Dispose());
        stop.Dispose();
    }

    private void OnSignal(PosixSignalContext signal)
    {
        if (secondEnds && stop.IsCancellationRequested)
        {
            return;
        }

        signal.Cancel = true;
        stop.Cancel();
    }
}
