using System.Net;
using System.Net.Sockets;
using Why502.Diagnosis;
using Xunit;

namespace Why502.Tests.Host.Probes;

public sealed class ConnectProbeTests
{
    [Fact]
    public async Task ListeningPort_IsOk()
    {
        await using var server = ScriptedServer.Answering("");
        var fact = await Ask.For(new Connect(server.Address));
        Assert.Equal((ProbeOutcome.Ok, null, 1), (fact.Outcome, fact.Errno, fact.Attempts));
    }

    [Fact]
    public async Task ClosedPort_IsRefused()
    {
        string address;
        await using (var server = ScriptedServer.Answering(""))
        {
            address = server.Address;
        }

        var fact = await Ask.For(new Connect(address));
        Assert.Equal((ProbeOutcome.Refused, 111), (fact.Outcome, fact.Errno));
    }

    [Fact]
    public async Task IPv6Loopback_IsSpokenTo()
    {
        using var listener = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
        listener.Listen(1);
        var fact = await Ask.For(new Connect($"[::1]:{((IPEndPoint)listener.LocalEndPoint!).Port}"));
        Assert.Equal(ProbeOutcome.Ok, fact.Outcome);
    }

    [Fact]
    public async Task MissingSocketFile_IsNotFound()
    {
        var fact = await Ask.For(new Connect("unix:/nowhere/app.sock"));
        Assert.Equal((ProbeOutcome.NotFound, 2), (fact.Outcome, fact.Errno));
    }

    [Fact]
    public async Task SocketFileWithoutListener_IsRefused()
    {
        var path = Ask.TempPath("stale.sock");
        using (var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            listener.Bind(new UnixDomainSocketEndPoint(path));
            var fact = await Ask.For(new Connect($"unix:{path}"));
            Assert.Equal((ProbeOutcome.Refused, 111), (fact.Outcome, fact.Errno));
        }
    }

    [Fact]
    public async Task FullUnixQueue_IsEagainAfterThreeLooks()
    {
        var path = Ask.TempPath("full.sock");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(0);
        using var first = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await first.ConnectAsync(new UnixDomainSocketEndPoint(path));

        var fact = await Ask.For(new Connect($"unix:{path}"));
        Assert.Equal((ProbeOutcome.QueueFull, 11, 3), (fact.Outcome, fact.Errno, fact.Attempts));
    }

    [Fact]
    public async Task FullTcpQueue_TimesOutLikeNginx()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(0);
        var peer = listener.LocalEndPoint!;
        using var first = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await first.ConnectAsync(peer);
        var fact = await Ask.For(new Connect(peer.ToString()!));
        Assert.Equal((ProbeOutcome.TimedOut, 110), (fact.Outcome, fact.Errno));
        Assert.InRange(fact.TookMs, 390, 5000);
    }

    [Theory]
    [InlineData("")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:99999")]
    [InlineData("unix:relative.sock")]
    [InlineData("[::1:80")]
    [InlineData("a b:80")]
    public async Task WhatIsNoAddress_IsUnobserved(string address)
    {
        var answer = await Ask.ForAnswer(new Connect(address));
        Assert.Null(answer.Fact);
        Assert.Contains("no address", answer.Unobserved, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TooLongSocketPath_IsUnobserved()
        => Assert.Null((await Ask.ForAnswer(new Connect("unix:/" + new string('x', 200)))).Fact);

    [Fact]
    public async Task EndedBudget_IsUnobservedInWords()
    {
        using var budget = new CancellationTokenSource();
        await budget.CancelAsync();
        var answer = await Ask.ForAnswer(new Connect("127.0.0.1:1"), cancellation: budget.Token);
        Assert.Equal("not finished within the time limit", answer.Unobserved);
        Assert.Equal(("testhost", "probe"), (answer.Provenance.Host, answer.Provenance.Source));
    }
}
