using System.Net;
using System.Net.Sockets;
using Why502.Diagnosis;
using Why502.Host.Machine;
using Xunit;

namespace Why502.Tests.Host.Machine;

public sealed class ServerLoadTests
{
    [Fact]
    public async Task AcceptedAndWaitingConnections_AreToldApart()
    {
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        server.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        server.Listen(8);
        using var first = await Connect(server.LocalEndPoint!);
        using var accepted = await server.AcceptAsync();
        using var second = await Connect(server.LocalEndPoint!);

        var load = await Live.Ask(new ServerLoad(server.LocalEndPoint!.ToString()!));

        Assert.Equal((1, 8, 1, 1, 1), (load.QueueLength, load.Backlog, load.Connections, load.Workers, load.BusyWorkers));
        Assert.Contains(load.Processes, process => process.Pid == Environment.ProcessId);
    }

    [Fact]
    public async Task NothingListening_IsSeenAsNothing()
    {
        var load = await Live.Ask(new ServerLoad("unix:/nowhere/app.sock"));

        Assert.Null(load.QueueLength);
        Assert.Empty(load.Processes);
    }

    [Fact]
    public async Task AddressOfAnotherMachine_IsUnobserved()
    {
        var answer = await new MachineAnswers(new(), TimeProvider.System).AnswerAsync(new ServerLoad("198.51.100.7:80"), CancellationToken.None);

        Assert.Null(answer.Fact);
        Assert.Contains("198.51.100.7", answer.Unobserved);
    }

    [Fact]
    public async Task Machine_TellsItsAddresses()
    {
        var state = await Live.Ask(new MachineState());

        Assert.Contains("127.0.0.1/8", state.Addresses);
        Assert.True(state.MemoryTotal > state.MemoryAvailable);
        Assert.Equal(Environment.UserName == "root", state.RunsAsRoot);
    }

    [Fact]
    public async Task MachineWithoutSystemd_LeavesUnitsUnobserved()
    {
        var answers = new MachineAnswers(new() { SystemdDirectory = "/nowhere" }, TimeProvider.System);

        Assert.Equal("systemd is not running here", (await answers.AnswerAsync(new UnitOf("nginx.service"), CancellationToken.None)).Unobserved);
        Assert.Equal("systemd is not running here", (await answers.AnswerAsync(new ServiceUnits(), CancellationToken.None)).Unobserved);
    }

    private static async Task<Socket> Connect(EndPoint endpoint)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(endpoint);
        return socket;
    }
}
