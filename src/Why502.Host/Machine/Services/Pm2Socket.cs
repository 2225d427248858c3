using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Why502.Host.Machine;

/// <summary>
/// A PM2 daemon's own interface: calls by name over its unix socket, each a message of length-prefixed arguments (the packages pm2-axon-rpc, pm2-axon and amp). Only the two
/// calls below are ever made; both only tell. The program pm2 would start a daemon where none runs, so it is not run for a look.
/// </summary>
internal sealed class Pm2Socket(string path, int owner)
{
    private const int AnswerBytesMax = 16 * 1024 * 1024;
    private const int SolSocket = 1;
    private const int PeerCredentials = 17; // SO_PEERCRED
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>PM2's list, with its statistics of processes (lib/God/ActionMethods.js).</summary>
    public Task<JsonDocument?> ListAsync(CancellationToken cancellation) => CallAsync("getMonitorData", cancellation);

    /// <summary>What the daemon runs from.</summary>
    public Task<JsonDocument?> ReportAsync(CancellationToken cancellation) => CallAsync("getReport", cancellation);

    /// <summary>The answer's arguments; null for an error of the daemon, or where somebody else listens there than the daemon's user. Socket errors are thrown.</summary>
    private async Task<JsonDocument?> CallAsync(string method, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), limit.Token).ConfigureAwait(false);
        if (ListenerOf(socket) != owner)
        {
            return null;
        }

        await socket.SendAsync(Message($$"""j:{"type":"call","method":"{{method}}","args":[{}]}""", "i:1"), limit.Token).ConfigureAwait(false);
        var head = new byte[5];
        await FillAsync(socket, head, limit.Token).ConfigureAwait(false);
        var length = BinaryPrimitives.ReadUInt32BigEndian(head.AsSpan(1));
        if (length is < 2 or > AnswerBytesMax)
        {
            return null;
        }

        var argument = new byte[length];
        await FillAsync(socket, argument, limit.Token).ConfigureAwait(false);
        try
        {
            return argument.AsSpan().StartsWith("j:"u8) ? JsonDocument.Parse(argument.AsMemory(2)) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>A version and a count, then each argument with its length.</summary>
    internal static byte[] Message(params ReadOnlySpan<string> arguments)
    {
        using var message = new MemoryStream();
        message.WriteByte((byte)(0x10 | arguments.Length));
        var length = new byte[4];
        foreach (var argument in arguments)
        {
            var bytes = Encoding.UTF8.GetBytes(argument);
            BinaryPrimitives.WriteUInt32BigEndian(length, (uint)bytes.Length);
            message.Write(length);
            message.Write(bytes);
        }

        return message.ToArray();
    }

    /// <summary>The user who called listen(2): unix(7).</summary>
    private static int? ListenerOf(Socket socket)
    {
        Span<byte> credentials = stackalloc byte[12];
        return socket.GetRawSocketOption(SolSocket, PeerCredentials, credentials) == 12 ? BitConverter.ToInt32(credentials[4..]) : null;
    }

    private static async Task FillAsync(Socket socket, byte[] buffer, CancellationToken cancellation)
    {
        for (var filled = 0; filled < buffer.Length;)
        {
            var got = await socket.ReceiveAsync(buffer.AsMemory(filled), cancellation).ConfigureAwait(false);
            if (got == 0)
            {
                throw new SocketException((int)SocketError.ConnectionReset);
            }

            filled += got;
        }
    }
}
