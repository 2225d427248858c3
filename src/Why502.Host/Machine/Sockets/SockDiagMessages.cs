using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;

namespace Why502.Host.Machine;

/// <summary>
/// Requests and answers of sock_diag(7), as bytes. Layouts: include/uapi/linux/netlink.h, inet_diag.h, unix_diag.h.
/// Netlink uses the byte order of the host, except for ports and addresses.
/// </summary>
internal static class SockDiagMessages
{
    public const int HeaderBytes = 16;
    public const byte FamilyUnix = 1;
    public const byte FamilyInet = 2;
    public const byte FamilyInet6 = 10;

    private const ushort SockDiagByFamily = 20;
    private const ushort TypeError = 2;
    private const ushort TypeDone = 3;
    private const ushort RequestDump = 0x1 | 0x300;
    private const byte ProtocolTcp = 6;

    /// <summary>1 &lt;&lt; (INET_DIAG_INFO - 1).</summary>
    private const byte WithInfo = 2;
    private const int InetRequestBytes = 56;
    private const int InetAnswerBytes = 72;
    private const int UnixRequestBytes = 24;
    private const int UnixAnswerBytes = 16;

    /// <summary>UDIAG_SHOW_NAME | UDIAG_SHOW_VFS | UDIAG_SHOW_PEER | UDIAG_SHOW_RQLEN.</summary>
    private const uint ShowUnix = 0x01 | 0x02 | 0x04 | 0x10;

    /// <summary>A dump of TCP sockets in these states; <paramref name="localPort"/> not 0 lets the kernel filter by it.</summary>
    /// <param name="times">Asks for tcp_info as well: when data was last sent and received.</param>
    public static byte[] TcpRequest(byte family, int states, int localPort, bool times = false)
    {
        var filter = localPort == 0 ? [] : LocalPortFilter((ushort)localPort);
        var message = new byte[HeaderBytes + InetRequestBytes + filter.Length];
        WriteHeader(message);
        message[16] = family;
        message[17] = ProtocolTcp;
        message[18] = times ? WithInfo : (byte)0;
        MemoryMarshal.Write(message.AsSpan(20), states);
        filter.CopyTo(message.AsSpan(HeaderBytes + InetRequestBytes));
        return message;
    }

    public static byte[] UnixRequest(int states)
    {
        var message = new byte[HeaderBytes + UnixRequestBytes];
        WriteHeader(message);
        message[16] = FamilyUnix;
        MemoryMarshal.Write(message.AsSpan(20), states);
        MemoryMarshal.Write(message.AsSpan(28), ShowUnix);
        return message;
    }

    private static void WriteHeader(byte[] message)
    {
        MemoryMarshal.Write(message.AsSpan(0), message.Length);
        MemoryMarshal.Write(message.AsSpan(4), SockDiagByFamily);
        MemoryMarshal.Write(message.AsSpan(6), RequestDump);
        MemoryMarshal.Write(message.AsSpan(8), 1);
    }

    /// <summary>
    /// INET_DIAG_REQ_BYTECODE "local port &gt;= p and &lt;= p". Each test is two 4-byte words {code, yes, no} {0, 0, port};
    /// a jump to 4 bytes past the end rejects the socket (inet_diag_bc_run).
    /// </summary>
    private static byte[] LocalPortFilter(ushort port)
    {
        const byte SourceGreaterOrEqual = 2;
        const byte SourceLessOrEqual = 3;
        var attribute = new byte[20];
        MemoryMarshal.Write(attribute.AsSpan(0), (ushort)attribute.Length);
        MemoryMarshal.Write(attribute.AsSpan(2), (ushort)1);
        attribute[4] = SourceGreaterOrEqual;
        attribute[5] = 8;
        MemoryMarshal.Write(attribute.AsSpan(6), (ushort)20);
        MemoryMarshal.Write(attribute.AsSpan(10), port);
        attribute[12] = SourceLessOrEqual;
        attribute[13] = 8;
        MemoryMarshal.Write(attribute.AsSpan(14), (ushort)12);
        MemoryMarshal.Write(attribute.AsSpan(18), port);
        return attribute;
    }

    /// <summary>Takes one datagram apart. True when the dump is over; an error of the kernel is in <paramref name="errno"/>.</summary>
    public static bool ReadTcp(ReadOnlySpan<byte> datagram, List<TcpRow> rows, int rowsMax, out int errno)
    {
        while (NextMessage(ref datagram, out var body, out var over, out errno))
        {
            if (TcpRowOf(body) is { } row && rows.Count < rowsMax)
            {
                rows.Add(row);
            }

            if (over)
            {
                return true;
            }
        }

        return errno != 0;
    }

    public static bool ReadUnix(ReadOnlySpan<byte> datagram, List<UnixRow> rows, int rowsMax, out int errno)
    {
        while (NextMessage(ref datagram, out var body, out var over, out errno))
        {
            if (UnixRowOf(body) is { } row && rows.Count < rowsMax)
            {
                rows.Add(row);
            }

            if (over)
            {
                return true;
            }
        }

        return errno != 0;
    }

    /// <summary>False at the end of the datagram or on an error; <paramref name="over"/> when the message ends the dump.</summary>
    private static bool NextMessage(ref ReadOnlySpan<byte> datagram, out ReadOnlySpan<byte> body, out bool over, out int errno)
    {
        body = default;
        over = false;
        errno = 0;
        if (datagram.Length < HeaderBytes)
        {
            return false;
        }

        var length = MemoryMarshal.Read<int>(datagram);
        var type = MemoryMarshal.Read<ushort>(datagram[4..]);
        if (length < HeaderBytes || length > datagram.Length)
        {
            return false;
        }

        var message = datagram[HeaderBytes..length];
        datagram = datagram[Math.Min(datagram.Length, Aligned(length))..];
        if (type == TypeError)
        {
            errno = message.Length >= 4 ? -MemoryMarshal.Read<int>(message) : 0;
            over = true;
            return errno == 0;
        }

        over = type == TypeDone;
        body = type == SockDiagByFamily ? message : default;
        return true;
    }

    private static TcpRow? TcpRowOf(ReadOnlySpan<byte> body)
    {
        if (body.Length < InetAnswerBytes || body[0] is not (FamilyInet or FamilyInet6))
        {
            return null;
        }

        var listens = body[1] == SocketStates.Listen;
        bool? v6Only = null;
        bool? awaits = null;
        foreach (var attribute in new Attributes(body[InetAnswerBytes..]))
        {
            const ushort SocketV6Only = 11;
            const ushort Info = 2;
            const int LastDataSent = 44;
            const int LastDataReceived = 52;
            if (attribute.Type == Info && attribute.Value.Length >= LastDataReceived + 4)
            {
                // Milliseconds ago, include/uapi/linux/tcp.h: what was sent last is still without an answer.
                awaits = MemoryMarshal.Read<uint>(attribute.Value[LastDataSent..]) < MemoryMarshal.Read<uint>(attribute.Value[LastDataReceived..])
                    || NeverAnswered(attribute.Value);
            }

            if (attribute.Type == SocketV6Only && attribute.Value.Length > 0)
            {
                v6Only = attribute.Value[0] != 0;
            }
        }

        return new(
            Address(body[0], body.Slice(8, 16)),
            BinaryPrimitives.ReadUInt16BigEndian(body[4..]),
            Address(body[0], body.Slice(24, 16)),
            BinaryPrimitives.ReadUInt16BigEndian(body[6..]),
            body[1],
            MemoryMarshal.Read<uint>(body[68..]),
            listens ? MemoryMarshal.Read<int>(body[56..]) : null,
            listens ? MemoryMarshal.Read<int>(body[60..]) : null,
            v6Only,
            MemoryMarshal.Read<uint>(body[64..]))
        {
            Awaits = awaits,
            Unread = listens ? 0 : MemoryMarshal.Read<int>(body[56..]),
        };
    }

    /// <summary>Something was sent (tcpi_bytes_acked counts the SYN as one) and nothing ever came: both may fall into the tick in which the connection was made.</summary>
    private static bool NeverAnswered(ReadOnlySpan<byte> info)
    {
        const int BytesAcked = 120;
        const int BytesReceived = 128;
        return info.Length >= BytesReceived + 8 && MemoryMarshal.Read<ulong>(info[BytesReceived..]) == 0 && MemoryMarshal.Read<ulong>(info[BytesAcked..]) > 1;
    }

    private static IPAddress Address(byte family, ReadOnlySpan<byte> bytes)
        => family == FamilyInet ? new(bytes[..4]) : Plain(new(bytes));

    /// <summary>An IPv4 connection on an IPv6 socket is the IPv4 connection that people mean.</summary>
    public static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static UnixRow? UnixRowOf(ReadOnlySpan<byte> body)
    {
        // unix_diag_msg: family, type (1 is SOCK_STREAM), state, padding, inode, cookie.
        const byte Stream = 1;
        if (body.Length < UnixAnswerBytes || body[0] != FamilyUnix || body[1] != Stream)
        {
            return null;
        }

        var row = new UnixRow("", body[2], MemoryMarshal.Read<uint>(body[4..]), 0, null, null, null, null);
        foreach (var attribute in new Attributes(body[UnixAnswerBytes..]))
        {
            row = With(row, attribute);
        }

        return row;
    }

    private static UnixRow With(UnixRow row, Attribute attribute)
    {
        const ushort Name = 0;
        const ushort File = 1;
        const ushort Peer = 2;
        const ushort QueueLength = 4;
        var value = attribute.Value;
        return attribute.Type switch
        {
            // A path's closing NUL is part of the name or not, as the program bound it; an abstract name begins with NUL.
            Name when value.Length > 0 => row with { Path = value[0] == 0 ? Encoding.UTF8.GetString(value) : Encoding.UTF8.GetString(value).TrimEnd('\0') },
            File when value.Length >= 8 => row with { FileInode = MemoryMarshal.Read<uint>(value), FileDevice = MemoryMarshal.Read<uint>(value[4..]) },
            Peer when value.Length >= 4 => row with { Peer = MemoryMarshal.Read<uint>(value) },
            QueueLength when value.Length >= 8 && row.State == SocketStates.Listen
                => row with { Queue = MemoryMarshal.Read<int>(value), Backlog = MemoryMarshal.Read<int>(value[4..]) },
            _ => row,
        };
    }

    private static int Aligned(int length) => (length + 3) & ~3;

    private readonly ref struct Attribute(ushort type, ReadOnlySpan<byte> value)
    {
        public ushort Type { get; } = type;

        public ReadOnlySpan<byte> Value { get; } = value;
    }

    /// <summary>The attributes that follow an answer: length, type, value, padded to four bytes.</summary>
    private ref struct Attributes(ReadOnlySpan<byte> rest)
    {
        private ReadOnlySpan<byte> rest = rest;

        public Attribute Current { get; private set; }

        public readonly Attributes GetEnumerator() => this;

        public bool MoveNext()
        {
            const int AttributeHeader = 4;
            if (rest.Length < AttributeHeader)
            {
                return false;
            }

            int length = MemoryMarshal.Read<ushort>(rest);
            if (length < AttributeHeader || length > rest.Length)
            {
                return false;
            }

            Current = new(MemoryMarshal.Read<ushort>(rest[2..]), rest[AttributeHeader..length]);
            rest = rest[Math.Min(rest.Length, Aligned(length))..];
            return true;
        }
    }
}
