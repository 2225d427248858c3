using System.Net.Sockets;
using System.Net;
using Why502.Diagnosis;
using Xunit;

namespace Why502.Tests.Host.Machine;

public sealed class ListenersTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("why502-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task ListeningTcpSocket_IsSeenWithBacklogAndProcess()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen(7);

        var fact = await Live.Ask(new TcpListeners());

        var listener = Assert.Single(fact.Listeners, found => found.Port == ((IPEndPoint)socket.LocalEndPoint!).Port);
        Assert.Equal("127.0.0.1", listener.Address);
        Assert.Equal(0, listener.QueueLength);
        Assert.Equal(7, listener.Backlog);
        Assert.Contains(listener.Processes, process => process.Pid == Environment.ProcessId);
        Assert.Equal(fact.OwnNetworkNamespace, listener.NetworkNamespace);
    }

    [Fact]
    public async Task UnacceptedConnections_AreTheQueue()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen(5);
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(socket.LocalEndPoint!);

        var fact = await Live.Ask(new TcpListeners());

        Assert.Equal(1, Assert.Single(fact.Listeners, found => found.Port == ((IPEndPoint)socket.LocalEndPoint!).Port).QueueLength);
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WildcardOfIPv6_TellsWhetherItServesIPv4(bool only)
    {
        Skip.IfNot(Socket.OSSupportsIPv6, "no IPv6 here");
        using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
        socket.DualMode = !only;
        socket.Bind(new IPEndPoint(IPAddress.IPv6Any, 0));
        socket.Listen();

        var fact = await Live.Ask(new TcpListeners());

        var listener = Assert.Single(fact.Listeners, found => found.Port == ((IPEndPoint)socket.LocalEndPoint!).Port);
        Assert.Equal("::", listener.Address);
        Assert.Equal(only, listener.IPv6Only);
    }

    [Fact]
    public async Task ListeningUnixSocket_IsSeenWithQueueAndFile()
    {
        var path = Path.Combine(directory, "app.sock");
        using var socket = Listen(path, 3);
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await client.ConnectAsync(new UnixDomainSocketEndPoint(path));

        var listener = Assert.Single((await Live.Ask(new UnixListeners())).Listeners, found => found.Address == path);

        Assert.Equal(1, listener.QueueLength);
        Assert.Equal(3, listener.Backlog);
        Assert.NotEqual(false, listener.AtPath);
        Assert.Contains(listener.Processes, process => process.Pid == Environment.ProcessId);
    }

    [Fact]
    public async Task RemovedSocketFile_IsNotAtItsPath()
    {
        var path = Path.Combine(directory, "gone.sock");
        using var socket = Listen(path, 3);
        File.Delete(path);

        var listener = Assert.Single((await Live.Ask(new UnixListeners())).Listeners, found => found.Address == path);

        Assert.False(listener.AtPath);
    }

    private static Socket Listen(string path, int backlog)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        socket.Listen(backlog);
        return socket;
    }
}
