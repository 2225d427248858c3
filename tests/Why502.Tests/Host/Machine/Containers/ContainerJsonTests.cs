using System.Net;
using System.Net.Sockets;
using System.Text;
using Why502.Diagnosis;
using Why502.Host.Machine;
using Xunit;

namespace Why502.Tests.Host.Machine;

/// <summary>
/// A stand-in for an engine, because none runs here: it answers on a unix socket as Docker Engine API 1.47 and Podman 5 document (docs.docker.com/reference/api/engine/version/v1.47,
/// docs.podman.io/en/latest/_static/api.html), with values of our own. It checks that nothing but GET is asked.
/// </summary>
public sealed class ContainerJsonTests : IDisposable
{
    private const string Id = "4fa6e0f0c6786287e131c3852c58a2e01cc697a68231826813597e4994f1d6e2";

    private static readonly Dictionary<string, string> Answers = new()
    {
        ["/version"] = """{"Platform":{"Name":"Docker Engine - Community"},"Components":[{"Name":"Engine","Version":"27.3.1"}],"Version":"27.3.1","ApiVersion":"1.47","MinAPIVersion":"1.24","Os":"linux"}""",
        ["/containers/json?all=1"] = """[{"Id":"ID","Names":["/shop-web-1"],"Image":"shop:1","State":"exited","Status":"Exited (137) 2 minutes ago","Ports":[]}]""",
        ["/containers/ID/json"] = """
            {"Id":"ID","Name":"/shop-web-1","RestartCount":3,
             "State":{"Status":"exited","Running":false,"OOMKilled":true,"Pid":0,"ExitCode":137,"Error":"","StartedAt":"2026-01-15T11:00:00.1Z","FinishedAt":"2026-01-15T11:58:00.5Z","Health":{"Status":"unhealthy","FailingStreak":3}},
             "Config":{"Image":"shop:1","ExposedPorts":{"3000/tcp":{}},"Labels":{"com.docker.compose.project":"shop","com.docker.compose.service":"web"}},
             "HostConfig":{"NetworkMode":"shop_default","RestartPolicy":{"Name":"on-failure","MaximumRetryCount":3},"PortBindings":{"3000/tcp":[{"HostIp":"","HostPort":"8080"}],"9/udp":[{"HostIp":"","HostPort":"9"}]}},
             "NetworkSettings":{"Ports":{},"Networks":{"shop_default":{"IPAddress":"","Aliases":["web"],"DNSNames":["shop-web-1","web"]}}}}
            """,
    };

    private readonly string socketPath = Path.Combine(Path.GetTempPath(), $"why502-{Guid.NewGuid():N}.sock");
    private readonly Socket server = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly List<string> asked = [];
    private readonly Dictionary<string, TimeSpan> slowness = [];
    private string listed = Answers["/containers/json?all=1"];

    [Fact]
    public async Task ContainerThatEnded_IsDescribed()
    {
        Serve();
        var machine = new MachineAnswers(new MachineOptions { EngineSockets = [socketPath] }, TimeProvider.System);
        var answer = await machine.AnswerAsync(new Containers(), CancellationToken.None);
        var fact = Assert.IsType<ContainersFact>(answer.Fact);
        Assert.Equal(["Docker 27.3.1 (API 1.47)"], fact.Engines);
        var container = Assert.Single(fact.All);
        Assert.Equal(("shop-web-1", "exited", 137, true, 3, "unhealthy", "on-failure", "web"), (container.Name, container.State, container.ExitCode, container.OomKilled, container.RestartCount, container.Health, container.RestartPolicy, container.Service));
        Assert.Equal([new PublishedPort("", 8080, 3000)], container.Published);
        Assert.Equal(["web", "shop-web-1"], container.Networks[0].Aliases);
        Assert.Equal(["listening on 3000", "Killed"], container.LastLines);
        Assert.All(asked, line => Assert.StartsWith("GET /", line, StringComparison.Ordinal));
    }

    /// <summary>A busy engine: more than a second for its list, and one of its containers is not told of in time.</summary>
    [Fact]
    public async Task BusyEngine_IsWaitedFor()
    {
        const string Other = "5fa6e0f0c6786287e131c3852c58a2e01cc697a68231826813597e4994f1d6e2";
        slowness["/containers/json?all=1"] = TimeSpan.FromSeconds(1.3);
        slowness[$"/containers/{Other}/json"] = TimeSpan.FromSeconds(20);
        listed = $$"""[{"Id":"{{Other}}","Names":["/shop-api-1"],"Image":"api:1","State":"running"},{"Id":"ID","Names":["/shop-web-1"],"Image":"shop:1","State":"exited"}]""";
        Serve();
        var machine = new MachineAnswers(new MachineOptions { EngineSockets = [socketPath] }, TimeProvider.System);
        var fact = Assert.IsType<ContainersFact>((await machine.AnswerAsync(new Containers(), CancellationToken.None)).Fact);
        Assert.Equal([("shop-api-1", "running", null), ("shop-web-1", "exited", 137)], fact.All.Select(container => (container.Name, container.State, container.ExitCode)));
    }

    [Fact]
    public async Task EngineThatNeverAnswers_IsUnobserved()
    {
        slowness["/version"] = TimeSpan.FromSeconds(20);
        Serve();
        var machine = new MachineAnswers(new MachineOptions { EngineSockets = [socketPath] }, TimeProvider.System);
        var begun = System.Diagnostics.Stopwatch.StartNew();
        Assert.Contains("no answer", (await machine.AnswerAsync(new Containers(), CancellationToken.None)).Unobserved, StringComparison.Ordinal);
        Assert.InRange(begun.Elapsed.TotalSeconds, 0.5, 10);
    }

    [Fact]
    public async Task NobodyBehindTheSocket_IsUnobserved()
    {
        server.Bind(new UnixDomainSocketEndPoint(socketPath));
        var machine = new MachineAnswers(new MachineOptions { EngineSockets = [socketPath] }, TimeProvider.System);
        var answer = await machine.AnswerAsync(new Containers(), CancellationToken.None);
        Assert.Null(answer.Fact);
        Assert.Contains("no engine listens", answer.Unobserved, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NoSocket_IsNoEngine()
    {
        var machine = new MachineAnswers(new MachineOptions { EngineSockets = [socketPath] }, TimeProvider.System);
        Assert.Empty(Assert.IsType<ContainersFact>((await machine.AnswerAsync(new Containers(), CancellationToken.None)).Fact).Engines);
    }

    [Fact]
    public void PodmanNamesItselfAmongItsComponents()
    {
        using var version = System.Text.Json.JsonDocument.Parse("""{"Components":[{"Name":"Podman Engine","Version":"5.2.2","Details":{"APIVersion":"5.2.2"}}],"Version":"5.2.2","ApiVersion":"1.41"}""");
        Assert.Equal("Podman 5.2.2 (API 1.41)", ContainerJson.NameAndVersion(version.RootElement));
        Assert.Equal("podman", ContainerJson.EngineOf(version.RootElement));
    }

    private void Serve()
    {
        server.Bind(new UnixDomainSocketEndPoint(socketPath));
        server.Listen();
        _ = Task.Run(async () =>
        {
            while (true)
            {
                var client = await server.AcceptAsync();
                _ = Task.Run(() => ServeAsync(client));
            }
        });
    }

    private async Task ServeAsync(Socket client)
    {
        using var _ = client;
        var buffer = new byte[4096];
        var request = Encoding.ASCII.GetString(buffer, 0, await client.ReceiveAsync(buffer));
        lock (asked)
        {
            asked.Add(request.Split('\r')[0]);
        }

        var target = request.Split(' ')[1];
        await Task.Delay(slowness.GetValueOrDefault(target));
        await client.SendAsync(Answer(target));
    }

    private byte[] Answer(string target)
    {
        if (target.StartsWith($"/containers/{Id}/logs?", StringComparison.Ordinal))
        {
            return [.. "HTTP/1.0 200 OK\r\nContent-Type: application/vnd.docker.multiplexed-stream\r\n\r\n"u8, .. Frame(1, "listening on 3000\n"), .. Frame(2, "Killed\n")];
        }

        return (target == "/containers/json?all=1" ? listed : Answers.GetValueOrDefault(target.Replace(Id, "ID", StringComparison.Ordinal))) is { } body ? Encoding.UTF8.GetBytes($"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{body.Replace("\"ID\"", $"\"{Id}\"", StringComparison.Ordinal)}") : "HTTP/1.0 404 Not Found\r\n\r\n{}"u8.ToArray();
    }

    private static byte[] Frame(byte stream, string text) => [stream, 0, 0, 0, .. BitConverter.GetBytes(IPAddress.HostToNetworkOrder(text.Length)), .. Encoding.UTF8.GetBytes(text)];

    public void Dispose()
    {
        server.Dispose();
        File.Delete(socketPath);
    }
}
