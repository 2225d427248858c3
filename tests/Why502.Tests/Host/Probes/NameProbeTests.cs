using System.Net;
using System.Net.Sockets;
using System.Text;
using Why502.Diagnosis;
using Why502.Host.Probes;
using Xunit;

namespace Why502.Tests.Host.Probes;

public sealed class NameProbeTests
{
    [Fact]
    public async Task SystemLookup_KnowsLocalhost()
    {
        var fact = await Ask.For(new Resolve("localhost", ""));
        Assert.Equal("ok", fact.Code);
        Assert.Contains("127.0.0.1", fact.Addresses);
    }

    [Theory]
    [InlineData("127.0.0.9  app.example app # the app", "APP.example", true)]
    [InlineData("127.0.0.9 other.example # app.example", "app.example", false)]
    [InlineData("app.example 127.0.0.9", "app.example", false)]
    public void NameOfTheHostsFile_IsKnownAsOne(string line, string name, bool expected)
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, $"127.0.0.1 localhost\n{line}\n");
        Assert.Equal(expected, NameProbe.StandsIn(path, name));
        File.Delete(path);
    }

    [Fact]
    public async Task AddressesOfBothFamilies_AreJoined()
    {
        using var server = new DnsServer((query, type) => DnsServer.Reply(query, 0, type == 1 ? [Address("192.0.2.7", 60)] : [Address("2001:db8::7", 30)]));
        var fact = await Ask.For(new Resolve("app.example", server.Address));
        Assert.Equal(("ok", 30), (fact.Code, fact.Ttl));
        Assert.Equal(["192.0.2.7", "2001:db8::7"], fact.Addresses);
    }

    [Theory]
    [InlineData(3, "not-found")]
    [InlineData(2, "server-failure")]
    [InlineData(5, "refused")]
    [InlineData(1, "error")]
    public async Task Rcode_BecomesAWord(byte code, string word)
    {
        using var server = new DnsServer((query, _) => DnsServer.Reply(query, code, []));
        Assert.Equal(word, (await Ask.For(new Resolve("app.example", server.Address))).Code);
    }

    [Fact]
    public async Task NameWithoutAddresses_IsOkAndEmpty()
    {
        using var server = new DnsServer((query, _) => DnsServer.Reply(query, 0, []));
        var fact = await Ask.For(new Resolve("app.example", server.Address));
        Assert.Equal("ok", fact.Code);
        Assert.Empty(fact.Addresses);
    }

    [Fact]
    public async Task AliasWithoutItsTarget_IsFollowed()
    {
        using var server = new DnsServer((query, type) => DnsServer.NameOf(query) == "app.example"
            ? DnsServer.Reply(query, 0, [Alias("real.example")])
            : DnsServer.Reply(query, 0, type == 1 ? [Address("192.0.2.9", 5)] : []));
        Assert.Equal(["192.0.2.9"], (await Ask.For(new Resolve("app.example", server.Address))).Addresses);
    }

    [Fact]
    public async Task AliasLoop_Ends()
    {
        using var server = new DnsServer((query, _) => DnsServer.Reply(query, 0, [Alias(DnsServer.NameOf(query) == "a.example" ? "b.example" : "a.example")]));
        Assert.Empty((await Ask.For(new Resolve("a.example", server.Address))).Addresses);
    }

    [Fact]
    public async Task SilentServer_TimesOutAfterASecondTry()
    {
        using var server = new DnsServer((_, _) => null);
        var fact = await Ask.For(new Resolve("app.example", server.Address));
        Assert.Equal("timeout", fact.Code);
        Assert.InRange(fact.TookMs, 280, 5000);
        Assert.True(server.Queries >= 3);
    }

    [Fact]
    public async Task ClosedPort_IsUnreachable()
    {
        string address;
        using (var server = new DnsServer((_, _) => null))
        {
            address = server.Address;
        }

        Assert.Equal("unreachable", (await Ask.For(new Resolve("app.example", address))).Code);
    }

    [Fact]
    public async Task ForeignAndForgedAnswers_AreIgnored()
    {
        using var server = new DnsServer((query, _) =>
        {
            var forged = DnsServer.Reply(query, 0, [Address("192.0.2.66", 1)]);
            forged[0] ^= 0xff;
            return forged;
        });
        Assert.Equal("timeout", (await Ask.For(new Resolve("app.example", server.Address))).Code);
    }

    [Fact]
    public async Task UnrelatedRecords_AreNotTaken()
    {
        using var server = new DnsServer((query, type) => DnsServer.Reply(query, 0, type == 1 ? [DnsServer.Record("evil.example", 1, 60, [192, 0, 2, 66]), Address("192.0.2.1", 9)] : []));
        Assert.Equal(["192.0.2.1"], (await Ask.For(new Resolve("app.example", server.Address))).Addresses);
    }

    [Fact]
    public async Task TruncatedAnswer_IsAskedForAgainOverTcp()
    {
        using var server = new DnsServer(
            (query, _) =>
            {
                var cut = DnsServer.Reply(query, 0, []);
                cut[2] |= 2;
                return cut;
            },
            (query, type) => DnsServer.Reply(query, 0, type == 1 ? [Address("192.0.2.44", 8)] : []));
        Assert.Equal(["192.0.2.44"], (await Ask.For(new Resolve("app.example", server.Address))).Addresses);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a..b")]
    [InlineData("ein name.example")]
    public async Task WhatIsNoName_IsAnError(string name)
    {
        using var server = new DnsServer((_, _) => null);
        Assert.Equal("error", (await Ask.For(new Resolve(name, server.Address))).Code);
    }

    [Fact]
    public void PointerLoop_Ends()
    {
        var query = DnsMessage.Query(1, "a.example", 1)!;
        byte[] reply = [.. DnsServer.Reply(query, 0, [])];
        reply[7] = 1;
        var loop = reply.Length;
        byte[] hostile = [.. reply, (byte)(0xc0 | (loop >> 8)), (byte)loop, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 1, 2, 3, 4];
        Assert.Empty(DnsMessage.Parse(hostile, query)!.Addresses);
    }

    [Fact]
    public void AnyBytes_AreNoCrash()
    {
        var query = DnsMessage.Query(1, "a.example", 1)!;
        var random = new Random(502);
        var good = DnsServer.Reply(query, 0, [Address("192.0.2.1", 1), Alias("b.example")]);
        for (var i = 0; i < 5000; i++)
        {
            var bytes = (byte[])good.Clone();
            for (var change = random.Next(1, 6); change > 0; change--)
            {
                bytes[random.Next(2, bytes.Length)] = (byte)random.Next(256);
            }

            _ = DnsMessage.Parse(bytes.AsSpan(0, random.Next(bytes.Length + 1)), query);
        }
    }

    private static byte[] Address(string address, int ttl)
    {
        var bytes = IPAddress.Parse(address).GetAddressBytes();
        return DnsServer.Record(null, (ushort)(bytes.Length == 4 ? 1 : 28), ttl, bytes);
    }

    private static byte[] Alias(string target) => DnsServer.Record(null, 5, 60, DnsServer.Name(target));

    /// <summary>A DNS server on loopback that answers over UDP and, when told how, over TCP on the same port.</summary>
    private sealed class DnsServer : IDisposable
    {
        private readonly Socket udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        private readonly Socket tcp = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        private int queries;

        public DnsServer(Func<byte[], int, byte[]?> answer, Func<byte[], int, byte[]?>? overTcp = null)
        {
            udp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            Address = udp.LocalEndPoint!.ToString()!;
            _ = ServeAsync(answer);
            if (overTcp is not null)
            {
                tcp.Bind(udp.LocalEndPoint);
                tcp.Listen(4);
                _ = ServeTcpAsync(overTcp);
            }
        }

        public string Address { get; }

        public int Queries => queries;

        public static byte[] Name(string name) => [.. name.Split('.').SelectMany(label => new[] { (byte)label.Length }.Concat(Encoding.ASCII.GetBytes(label))), 0];

        public static string NameOf(byte[] query)
        {
            var labels = new List<string>();
            for (var at = 12; query[at] != 0; at += query[at] + 1)
            {
                labels.Add(Encoding.ASCII.GetString(query, at + 1, query[at]));
            }

            return string.Join('.', labels);
        }

        public static byte[] Reply(byte[] query, byte code, byte[][] records)
            => [query[0], query[1], 0x81, (byte)(0x80 | code), 0, 1, 0, (byte)records.Length, 0, 0, 0, 0, .. query[12..], .. records.SelectMany(record => record)];

        /// <param name="owner">Null points at the question's name.</param>
        public static byte[] Record(string? owner, ushort type, int ttl, byte[] data)
            => [.. owner is null ? [0xc0, 12] : Name(owner), 0, (byte)type, 0, 1, 0, 0, (byte)(ttl >> 8), (byte)ttl, 0, (byte)data.Length, .. data];

        public void Dispose()
        {
            udp.Dispose();
            tcp.Dispose();
        }

        private static int TypeOf(byte[] query) => query[^3];

        private async Task ServeAsync(Func<byte[], int, byte[]?> answer)
        {
            var buffer = new byte[1024];
            try
            {
                while (true)
                {
                    var got = await udp.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
                    Interlocked.Increment(ref queries);
                    var query = buffer[..got.ReceivedBytes];
                    if (answer(query, TypeOf(query)) is { } reply)
                    {
                        await udp.SendToAsync(reply, got.RemoteEndPoint);
                    }
                }
            }
            catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
            {
                // The test has ended.
                _ = failure;
            }
        }

        private async Task ServeTcpAsync(Func<byte[], int, byte[]?> answer)
        {
            try
            {
                while (true)
                {
                    using var client = await tcp.AcceptAsync();
                    var buffer = new byte[1024];
                    var count = await client.ReceiveAsync(buffer);
                    var query = buffer[2..count];
                    var reply = answer(query, TypeOf(query))!;
                    await client.SendAsync((byte[])[(byte)(reply.Length >> 8), (byte)reply.Length, .. reply]);
                }
            }
            catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
            {
                // The test has ended.
                _ = failure;
            }
        }
    }
}
