using System.Globalization;

namespace Why502.Logs.Commands;

/// <summary>A listening socket as <c>ss</c>, <c>netstat</c> or <c>lsof</c> shows it.</summary>
/// <param name="Address">IP literal without brackets, "*" for any of both families, or a unix path.</param>
/// <param name="Port">0 for a unix socket.</param>
/// <param name="QueueLength">Accept queue; null where the tool does not show it.</param>
/// <param name="Backlog">Its limit.</param>
/// <param name="Process">Name of the first process; null where none is shown.</param>
/// <param name="Complete">The listing has its header and was not filtered: what is not in it does not listen.</param>
public sealed record ListeningSocket(string Address, int Port, int? QueueLength, int? Backlog, string? Process, int? Pid, bool Complete) : CommandRecord
{
    public bool IsUnix => Port == 0;
}

/// <summary>
/// <c>ss -ltnp</c> and <c>ss -lxp</c> (iproute2, misc/ss.c), <c>netstat -tlnp</c> and <c>-lx</c> (net-tools), <c>lsof -i</c>. A row is known by its columns, with and without the header.
/// </summary>
public sealed class SocketListing : ICommandReader
{
    public string Command => "ss -ltnp";

    public bool Looks(PastedText text) => text.Any(line => RowOf(new PastedLine(1, line), complete: false) is not null);

    public IEnumerable<CommandRecord> Read(PastedText text)
    {
        var complete = !text.IsFiltered && text.Any(IsHeader);
        return text.Lines.Select(line => RowOf(line, complete)).OfType<ListeningSocket>();
    }

    private static bool IsHeader(string line)
        => (line.Contains("Recv-Q", StringComparison.Ordinal) && line.Contains("Send-Q", StringComparison.Ordinal)) || line.StartsWith("Active Internet connections", StringComparison.Ordinal)
            || line.StartsWith("Active UNIX domain sockets", StringComparison.Ordinal) || (line.StartsWith("COMMAND", StringComparison.Ordinal) && line.Contains(" NODE NAME", StringComparison.Ordinal));

    private static ListeningSocket? RowOf(PastedLine line, bool complete)
    {
        if (!line.Text.Contains("LISTEN", StringComparison.Ordinal) || line.Text.Length > CommandReaders.LineCharsMax)
        {
            return null;
        }

        var words = line.Words;
        var state = Array.FindIndex(words, word => word is "LISTEN" or "(LISTEN)" or "LISTENING");
        return state < 0 ? null
            : words[state] == "(LISTEN)" ? OfLsof(line, words, state, complete)
            : words[0].StartsWith("tcp", StringComparison.Ordinal) && state > 2 ? OfNetstat(line, words, state, complete)
            : words[0] == "unix" ? OfNetstatUnix(line, words, state, complete)
            : OfSs(line, words, state, complete);
    }

    /// <summary><c>[tcp] LISTEN 0 511 127.0.0.1:3000 0.0.0.0:* users:(("node",pid=812,fd=18))</c>; unix: <c>u_str LISTEN 0 128 /run/app.sock 21555 * 0 users:…</c></summary>
    private static ListeningSocket? OfSs(PastedLine line, string[] words, int state, bool complete)
    {
        if (state > 1 || words.Length < state + 4 || !Number(words[state + 1], out var queue) || !Number(words[state + 2], out var backlog))
        {
            return null;
        }

        var local = words[state + 3];
        var isUnix = local.StartsWith('/') || local.StartsWith('@') || (state == 1 && words[0].StartsWith("u_", StringComparison.Ordinal));
        var (address, port) = isUnix ? (local, 0) : Split(local);
        return address is null ? null : new(address, port, queue, backlog, TextScan.Between(line.Text, "((\"", "\""), (int?)TextScan.NumberAfter(line.Text, "pid="), complete) { Line = line.Number };
    }

    /// <summary><c>tcp 0 0 127.0.0.1:3000 0.0.0.0:* LISTEN 812/node</c>: of a listening socket Linux shows the queue in Recv-Q.</summary>
    private static ListeningSocket? OfNetstat(PastedLine line, string[] words, int state, bool complete)
    {
        if (words.Length < 5 || !Number(words[1], out var queue) || Split(words[3]) is not { Address: { } address } local)
        {
            return null;
        }

        var (pid, name) = Owner(words.Skip(state + 1));
        return new(address, local.Port, queue, null, name, pid, complete) { Line = line.Number };
    }

    /// <summary><c>unix 2 [ ACC ] STREAM LISTENING 21555 812/gunicorn /run/app.sock</c></summary>
    private static ListeningSocket? OfNetstatUnix(PastedLine line, string[] words, int state, bool complete)
    {
        var (pid, name) = Owner(words.Skip(state + 1));
        return words[^1].StartsWith('/') ? new(words[^1], 0, null, null, name, pid, complete) { Line = line.Number } : null;
    }

    /// <summary><c>node 812 deploy 18u IPv4 21555 0t0 TCP 127.0.0.1:3000 (LISTEN)</c></summary>
    private static ListeningSocket? OfLsof(PastedLine line, string[] words, int state, bool complete)
        => state >= 3 && Number(words[1], out var pid) && Split(words[state - 1]) is { Address: { } address } local
            ? new(address == "*" && words.Contains("IPv6") ? "::" : address == "*" ? "0.0.0.0" : address, local.Port, null, null, words[0], pid, complete) { Line = line.Number }
            : null;

    private static (int? Pid, string? Name) Owner(IEnumerable<string> words)
    {
        foreach (var word in words)
        {
            var slash = word.IndexOf('/');
            if (slash > 0 && Number(word[..slash], out var pid))
            {
                return (pid, word[(slash + 1)..].TrimEnd(':'));
            }
        }

        return (null, null);
    }

    /// <summary>Address and port of <c>127.0.0.1:3000</c>, <c>[::1]:3000</c>, <c>:::3000</c>, <c>*:3000</c>, <c>127.0.0.53%lo:53</c>.</summary>
    private static (string? Address, int Port) Split(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon < 0 || !Number(text[(colon + 1)..], out var port) || port is <= 0 or > 65535)
        {
            return (null, 0);
        }

        var address = text[..colon].Trim('[', ']');
        var zone = address.IndexOf('%');
        address = zone >= 0 ? address[..zone].Trim('[', ']') : address;
        return (address switch { "" => "::", "localhost" => "127.0.0.1", var other => other }, port);
    }

    private static bool Number(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
