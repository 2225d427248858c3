using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Why502.Host.Probes;

/// <summary>Asks one DNS server, as nginx's resolver does: A and AAAA over UDP, over TCP when the answer did not fit.</summary>
internal sealed class DnsClient(Dialer dialer, TimeProvider time, ProbeLimits limits)
{
    private const int UdpTries = 2;
    private const int UdpBytesMax = 4096;

    /// <returns>Null when no answer came in time.</returns>
    public async Task<DnsReply?> AskAsync(EndPoint server, string name, ushort type, CancellationToken cancellation)
    {
        var query = DnsMessage.Query((ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1), name, type);
        if (query is null)
        {
            return new DnsReply(DnsCodes.FormatError, false, [], new Dictionary<string, string>());
        }

        var reply = await AskUdpAsync(server, query, cancellation).ConfigureAwait(false);
        return reply is { Truncated: true } ? await AskTcpAsync(server, query, cancellation).ConfigureAwait(false) ?? reply : reply;
    }

    private async Task<DnsReply?> AskUdpAsync(EndPoint server, byte[] query, CancellationToken cancellation)
    {
        using var socket = dialer.Datagram(server.AddressFamily);
        // Connected, so that an ICMP "port unreachable" is seen as a refusal and strangers' datagrams are not.
        await socket.ConnectAsync(server, cancellation).ConfigureAwait(false);
        var buffer = new byte[UdpBytesMax];
        for (var attempt = 0; attempt < UdpTries; attempt++)
        {
            using var patience = new Patience(limits.DnsPatience, time, cancellation);
            try
            {
                await socket.SendAsync(query, patience.Token).ConfigureAwait(false);
                while (true)
                {
                    var count = await socket.ReceiveAsync(buffer, patience.Token).ConfigureAwait(false);
                    if (DnsMessage.Parse(buffer.AsSpan(0, count), query) is { } reply)
                    {
                        return reply;
                    }
                }
            }
            catch (OperationCanceledException) when (patience.IsOver)
            {
                continue;
            }
        }

        return null;
    }

    private async Task<DnsReply?> AskTcpAsync(EndPoint server, byte[] query, CancellationToken cancellation)
    {
        using var patience = new Patience(limits.DnsPatience, time, cancellation);
        var dialled = await dialer.DialAsync(server, limits.DnsPatience, cancellation).ConfigureAwait(false);
        if (dialled.Socket is null)
        {
            return null;
        }

        await using var stream = new NetworkStream(dialled.Socket, ownsSocket: true);
        try
        {
            await stream.WriteAsync((byte[])[(byte)(query.Length >> 8), (byte)query.Length, .. query], patience.Token).ConfigureAwait(false);
            var size = new byte[2];
            await stream.ReadExactlyAsync(size, patience.Token).ConfigureAwait(false);
            var message = new byte[BinaryPrimitives.ReadUInt16BigEndian(size)];
            await stream.ReadExactlyAsync(message, patience.Token).ConfigureAwait(false);
            return DnsMessage.Parse(message, query);
        }
        catch (Exception failure) when (Exchange.IsBroken(failure) || (failure is OperationCanceledException && patience.IsOver))
        {
            // The truncated answer over UDP is still there.
            return null;
        }
    }
}
