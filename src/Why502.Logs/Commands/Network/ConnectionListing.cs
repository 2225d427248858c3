using System.Net;

namespace Why502.Logs.Commands;

/// <summary>A TCP connection as <c>ss -tan</c> or <c>netstat -tan</c> shows it.</summary>
public sealed record ListedConnection(IPEndPoint Local, IPEndPoint Peer, bool IsTimeWait, bool IsEstablished) : CommandRecord;

/// <summary>Connections that do not listen: what holds local ports.</summary>
public sealed class ConnectionListing : ICommandReader
{
    private static readonly HashSet<string> States = new(StringComparer.Ordinal)
    {
        "ESTAB", "ESTABLISHED", "TIME-WAIT", "TIME_WAIT", "CLOSE-WAIT", "CLOSE_WAIT", "FIN-WAIT-1", "FIN_WAIT1", "FIN-WAIT-2", "FIN_WAIT2", "SYN-SENT", "SYN_SENT", "LAST-ACK", "LAST_ACK", "CLOSING",
    };

    public string Command => "ss -tan";

    public bool Looks(PastedText text) => text.Any(line => RowOf(new(1, line)) is not null);

    public IEnumerable<CommandRecord> Read(PastedText text) => text.Lines.Select(RowOf).OfType<ListedConnection>();

    private static ListedConnection? RowOf(PastedLine line)
    {
        if (line.Text.Length > CommandReaders.LineCharsMax)
        {
            return null;
        }

        var words = line.Words;
        var state = Array.FindIndex(words, States.Contains);
        if (state < 0)
        {
            return null;
        }

        var ends = words.Select(EndOf).OfType<IPEndPoint>().Take(2).ToList();
        return ends.Count == 2 ? new(ends[0], ends[1], words[state].StartsWith("TIME", StringComparison.Ordinal), words[state].StartsWith("ESTAB", StringComparison.Ordinal)) { Line = line.Number } : null;
    }

    private static IPEndPoint? EndOf(string word)
        => word.Contains(':') && IPEndPoint.TryParse(word, out var end) && end.Port > 0 ? end : null;
}
