using Why502.Diagnosis;
using Why502.Logs.Commands;

namespace Why502.Cli.Given.Answers;

/// <summary>Who listens where, from <c>ss</c>, <c>netstat</c> and <c>lsof</c>.</summary>
internal sealed class ListenersAnswer : IGivenAnswer
{
    public GivenFact? Answer(Question question, GivenRecords records)
    {
        var rows = records.Of<ListeningSocket>();
        return question switch
        {
            TcpListeners when Table(rows, isUnix: false) is { Count: > 0 } tcp => new(new TcpListenersFact([.. tcp.Select(Listener)], null, ProcessesShown(tcp)), tcp[0]),
            UnixListeners when Table(rows, isUnix: true) is { Count: > 0 } unix => new(new UnixListenersFact([.. unix.Select(Listener)], ProcessesShown(unix)), unix[0]),
            _ => null,
        };
    }

    /// <summary>A filtered listing of nginx's own sockets says nothing about the apps behind it.</summary>
    private static List<ListeningSocket> Table(IReadOnlyList<ListeningSocket> rows, bool isUnix)
    {
        var table = rows.Where(row => row.IsUnix == isUnix).ToList();
        return table.Any(row => row.Complete || row.Process is not "nginx") ? table : [];
    }

    private static bool ProcessesShown(IReadOnlyList<ListeningSocket> rows) => rows.All(row => row.Process is not null);

    private static Listener Listener(ListeningSocket row)
        => new(row.Address == "*" ? "::" : row.Address, row.Port, row.QueueLength, row.Backlog, null, null, row.Process is { } name ? [new ProcessRef { Pid = row.Pid ?? 0, Name = name }] : []) { AtPath = row.IsUnix ? true : null };
}
