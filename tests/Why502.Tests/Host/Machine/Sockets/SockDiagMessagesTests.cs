using System.Net;
using Why502.Host.Machine;
using Xunit;

namespace Why502.Tests.Host.Machine;

public sealed class SockDiagMessagesTests
{
    [Fact]
    public void TcpAnswer_IsTakenApart()
    {
        // nlmsghdr, inet_diag_msg of an IPv6 listener on [::]:3000 with 2 of 128 waiting, attribute SKV6ONLY = 1, NLMSG_DONE.
        var answer = Message(20, [10, 10, 0, 0, 0x0B, 0xB8, 0, 0, .. new byte[32], 0, 0, 0, 0, .. new byte[8], .. new byte[4], 2, 0, 0, 0, 128, 0, 0, 0, 33, 0, 0, 0, 0x67, 0x12, 0, 0, 5, 0, 11, 0, 1, 0, 0, 0]);
        var rows = new List<TcpRow>();

        Assert.True(SockDiagMessages.ReadTcp([.. answer, .. Message(3, [0, 0, 0, 0])], rows, 10, out var errno));

        Assert.Equal(0, errno);
        var row = Assert.Single(rows);
        Assert.Equal((IPAddress.IPv6Any, 3000, 10, 0x1267ul, 2, 128, true, 33u), (row.Address, row.Port, row.State, row.Inode, row.Queue!.Value, row.Backlog!.Value, row.IPv6Only!.Value, row.Uid));
    }

    [Fact]
    public void UnixAnswer_IsTakenApart()
    {
        var answer = Message(20, [1, 1, 10, 0, 9, 0, 0, 0, .. new byte[8], 11, 0, 0, 0, .. "/run/a\0"u8, 0, 12, 0, 4, 0, 3, 0, 0, 0, 5, 0, 0, 0, 12, 0, 1, 0, 77, 0, 0, 0, 1, 0, 0x10, 0]);
        var rows = new List<UnixRow>();

        Assert.False(SockDiagMessages.ReadUnix(answer, rows, 10, out _));

        Assert.Equal(new UnixRow("/run/a", 10, 9, 0, 3, 5, 77, 0x100001), Assert.Single(rows));
    }

    [Fact]
    public void ErrorOfTheKernel_EndsTheDump()
    {
        Assert.True(SockDiagMessages.ReadTcp(Message(2, [0xFF, 0xFF, 0xFF, 0xFF]), [], 10, out var errno));

        Assert.Equal(1, errno);
    }

    [Fact]
    public void AnyBytes_AreSurvived()
    {
        var random = new Random(502);
        var bytes = new byte[200];
        for (var i = 0; i < 2000; i++)
        {
            random.NextBytes(bytes);
            bytes[0] = (byte)random.Next(16, 200);
            bytes[1] = bytes[2] = bytes[3] = 0;
            bytes[4] = 20;
            bytes[5] = 0;
            bytes[16] = (byte)(i % 2 == 0 ? 10 : 1);
            SockDiagMessages.ReadTcp(bytes, [], 10, out _);
            SockDiagMessages.ReadUnix(bytes, [], 10, out _);
            ProcNetTables.Tcp(bytes, -1);
            ProcNetTables.Unix(bytes);
            ProcessStat.Parse(bytes);
            PosixAcl.Parse(bytes);
        }
    }

    [Fact]
    public void TcpTable_GivesListenersWithTheirQueue()
    {
        var rows = ProcNetTables.Tcp(
            """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 0100007F:0BB8 00000000:0000 0A 00000000:00000003 00:00000000 00000000  1000        0 4711 1 0 100 0 0 10 0
               1: 0100007F:0BB9 0100007F:1234 01 00000000:00000000 00:00000000 00000000  1000        0 4712 1 0 100 0 0 10 0
               2: 00000000000000000000000001000000:1F90 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000  0        0 4713 1 0
            """u8,
            1 << SocketStates.Listen);

        Assert.Equal([("127.0.0.1", 3000, 3), ("::1", 8080, 0)], rows.ConvertAll(row => (row.Address.ToString(), row.Port, row.Queue!.Value)));
    }

    [Fact]
    public void UnixTable_GivesListenersWithBlanksInTheirPath()
    {
        var row = Assert.Single(ProcNetTables.Unix("Num       RefCount Protocol Flags    Type St Inode Path\n0000000000000000: 00000002 00000000 00010000 0001 01 33 /run/my app.sock\n"u8));

        Assert.Equal(("/run/my app.sock", SocketStates.Listen, 33ul), (row.Path, row.State, row.Inode));
    }

    private static byte[] Message(ushort type, byte[] body)
        => [.. BitConverter.GetBytes(16 + body.Length), .. BitConverter.GetBytes(type), 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, .. body];
}
