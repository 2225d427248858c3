using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;

namespace Why502.Host.Machine;

/// <summary>
/// The tables of /proc/net, for namespaces and machines where sock_diag is not to be had. A row that is not understood is
/// left out; the others stand.
/// </summary>
internal static class ProcNetTables
{
    /// <summary>Rows of /proc/net/tcp or tcp6 in one of <paramref name="states"/> (a bit per state number).</summary>
    public static List<TcpRow> Tcp(ReadOnlySpan<byte> table, int states)
    {
        var rows = new List<TcpRow>();
        foreach (var line in table.Split((byte)'\n'))
        {
            if (TcpRowOf(table[line], states) is { } row)
            {
                rows.Add(row);
            }
        }

        return rows;
    }

    private static TcpRow? TcpRowOf(ReadOnlySpan<byte> line, int states)
    {
        // "  0: 0100007F:0BB8 00000000:0000 0A 00000000:00000001 00:00000000 00000000  1000  0  4711 …" (proc_pid_net(5))
        Span<Range> fields = stackalloc Range[10];
        if (Fields(line, fields) < 10)
        {
            return null;
        }

        var queues = line[fields[4]];
        var colon = queues.IndexOf((byte)':');
        if (!TryEndpoint(line[fields[1]], out var local, out var port) || !TryEndpoint(line[fields[2]], out var peer, out var peerPort)
            || !TryHex(line[fields[3]], out var state) || (states >> (int)(state & 31) & 1) == 0 || state > 31
            || colon < 0 || !TryHex(queues[(colon + 1)..], out var waiting)
            || !uint.TryParse(line[fields[7]], NumberStyles.None, null, out var uid) || !ulong.TryParse(line[fields[9]], NumberStyles.None, null, out var inode))
        {
            return null;
        }

        var queue = state == SocketStates.Listen ? (int?)Math.Min(waiting, int.MaxValue) : null;
        return new(local, port, peer, peerPort, (int)state, inode, queue, null, null, uid);
    }

    /// <summary>Stream sockets of /proc/net/unix that have a path.</summary>
    public static List<UnixRow> Unix(ReadOnlySpan<byte> table)
    {
        var rows = new List<UnixRow>();
        foreach (var line in table.Split((byte)'\n'))
        {
            if (UnixRowOf(table[line]) is { } row)
            {
                rows.Add(row);
            }
        }

        return rows;
    }

    private static UnixRow? UnixRowOf(ReadOnlySpan<byte> line)
    {
        // "ffff…: 00000002 00000000 00010000 0001 01 4711 /run/app.sock": reference count, protocol, flags, type, state, inode, path.
        Span<Range> fields = stackalloc Range[8];
        if (Fields(line, fields) < 8 || !line[fields[4]].SequenceEqual("0001"u8)
            || !ulong.TryParse(line[fields[6]], NumberStyles.None, null, out var inode)
            || !TryHex(line[fields[3]], out var flags) || !TryHex(line[fields[5]], out var state))
        {
            return null;
        }

        // __SO_ACCEPTCON marks a listener; otherwise the state is the socket layer's (3 is connected).
        const uint AcceptsConnections = 0x10000;
        const uint Connected = 3;
        var tcpState = (flags & AcceptsConnections) != 0 ? SocketStates.Listen : state == Connected ? SocketStates.Established : 0;
        var path = Encoding.UTF8.GetString(line[fields[7].Start..]);
        return new(path.StartsWith('@') ? "\0" + path[1..] : path, tcpState, inode, 0, null, null, null, null);
    }

    private static int Fields(ReadOnlySpan<byte> line, Span<Range> fields)
    {
        var count = 0;
        var at = 0;
        while (count < fields.Length)
        {
            while (at < line.Length && line[at] == ' ')
            {
                at++;
            }

            if (at == line.Length)
            {
                break;
            }

            var start = at;
            while (at < line.Length && line[at] != ' ')
            {
                at++;
            }

            fields[count++] = start..at;
        }

        return count;
    }

    /// <summary>The kernel prints each 32-bit word of an address as a number of the host's byte order.</summary>
    private static bool TryEndpoint(ReadOnlySpan<byte> text, out IPAddress address, out int port)
    {
        address = IPAddress.None;
        port = 0;
        var colon = text.IndexOf((byte)':');
        if (colon is not (8 or 32) || !TryHex(text[(colon + 1)..], out var number) || number > ushort.MaxValue)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[16];
        for (var word = 0; word < colon / 8; word++)
        {
            if (!TryHex(text.Slice(word * 8, 8), out var value))
            {
                return false;
            }

            MemoryMarshal.Write(bytes[(word * 4)..], value);
        }

        port = (int)number;
        address = SockDiagMessages.Plain(new(bytes[..(colon / 2)]));
        return true;
    }

    private static bool TryHex(ReadOnlySpan<byte> text, out uint value) => uint.TryParse(text, NumberStyles.AllowHexSpecifier, null, out value);
}
