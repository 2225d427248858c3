using Why502.Diagnosis;
using Why502.Logs.Commands;
using Why502.Nginx;

namespace Why502.Cli.Given.Answers;

/// <summary>
/// Who waits in an app's accept queue, from the Recv-Q of <c>ss -ltn</c> and <c>ss -lx</c>. An empty queue is no answer: nobody knows at which
/// moment the listing was made, and between failures queues are empty.
/// </summary>
internal sealed class QueueAnswer : IGivenAnswer
{
    public GivenFact? Answer(Question question, GivenRecords records)
        => question is ServerLoad load && Endpoint.TryParse(load.Address, 0, out var peer)
            && records.Of<ListeningSocket>().FirstOrDefault(row => row.QueueLength > 0 && IsAt(row, peer)) is { } row
            ? new(new ServerLoadFact(row.QueueLength, row.Backlog, null, null, null, null, null, []), row)
            : null;

    private static bool IsAt(ListeningSocket row, Endpoint peer)
        => peer.IsUnix ? row.IsUnix && row.Address == peer.UnixPath : !row.IsUnix && row.Port == peer.Port && (row.Address == peer.Host || row.Address is "*" or "0.0.0.0" or "::");
}
