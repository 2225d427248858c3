using Why502.Diagnosis;
using Why502.Logs.Commands;
using Why502.Nginx;

namespace Why502.Cli.Given.Answers;

/// <summary>How an upstream answered somebody who asked it by hand, from <c>curl</c>, <c>telnet</c> and <c>nc</c>.</summary>
internal sealed class TrialAnswer : IGivenAnswer
{
    public GivenFact? Answer(Question question, GivenRecords records)
    {
        var address = question switch
        {
            Connect connect => connect.Address,
            HttpGet get => get.Address,
            _ => null,
        };
        if (address is null || !Endpoint.TryParse(address, 0, out var peer))
        {
            return null;
        }

        // The last try is the state of affairs.
        var trial = records.Of<Trial>().LastOrDefault(trial => IsAt(trial, peer) && (question is Connect || trial.Path is not null || trial.Status is not null));
        return trial is null ? null
            : question is Connect ? Outcome(trial.End) is { } outcome ? new(new ConnectFact(outcome, Errno(trial.End), 0, 1), trial) : null
            : Outcome(trial.End) is { } end ? new(new ResponseFact(trial.End switch { TrialEnd.Empty => ProbeOutcome.Closed, TrialEnd.Reset => ProbeOutcome.Reset, _ => end }, Errno(trial.End), trial.Status, 0, null, 0, null, null, 0, 0, trial.Server, null, null), trial) : null;
    }

    public static bool IsAt(Trial trial, Endpoint peer)
        => trial.UnixPath is { } path ? peer.UnixPath == path
            : !peer.IsUnix && trial.Port == peer.Port && (trial.Host == peer.Host || (trial.Host == "localhost" && peer.IsLoopback));

    /// <summary>Who got as far as an empty answer or a reset was connected.</summary>
    private static ProbeOutcome? Outcome(TrialEnd end) => end switch
    {
        TrialEnd.Connected or TrialEnd.Empty or TrialEnd.Reset => ProbeOutcome.Ok,
        TrialEnd.Refused => ProbeOutcome.Refused,
        TrialEnd.TimedOut => ProbeOutcome.TimedOut,
        TrialEnd.Unreachable => ProbeOutcome.Unreachable,
        _ => null,
    };

    private static int? Errno(TrialEnd end) => end switch
    {
        TrialEnd.Refused => 111,
        TrialEnd.TimedOut => 110,
        TrialEnd.Unreachable => 113,
        _ => null,
    };
}
