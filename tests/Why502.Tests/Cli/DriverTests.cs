using System.Collections.Concurrent;
using Why502.Cli.Driver;
using Why502.Diagnosis;
using Xunit;

namespace Why502.Tests.Cli;

public sealed class DriverTests
{
    private const string Conf = "events {}\nhttp {\n server {\n  listen 80;\n  location / { proxy_pass http://127.0.0.1:3000; }\n  location /b { proxy_pass http://10.9.9.9:80; }\n  location /c { proxy_pass http://group; }\n  location /d { proxy_pass http://app.internal:80; }\n }\n upstream group { server 127.0.0.1:4000 down; server 127.0.0.1:4001; }\n}\n";

    private readonly ConcurrentQueue<Question> asked = [];

    [Fact]
    public async Task HangingReader_IsUnobservedWithinTheBudget()
    {
        var driver = Driver(question => question is Connect { Address: "10.9.9.9:80" } ? Hang() : Task.FromResult<Fact?>(null), probes: true);
        var started = TimeProvider.System.GetTimestamp();
        var result = await driver.RunAsync(DateTimeOffset.Now, TimeSpan.FromMilliseconds(600), CancellationToken.None);
        Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(5));
        Assert.Contains(result.Answers, answer => answer.Question is Connect { Address: "10.9.9.9:80" } && answer.Unobserved == "not finished within 600 ms");
    }

    [Fact]
    public async Task FailingReader_CostsOnlyItsOwnAnswer()
    {
        var driver = Driver(question => question is Connect { Address: "10.9.9.9:80" } ? throw new InvalidOperationException("boom") : Task.FromResult<Fact?>(null), probes: true);
        var result = await driver.RunAsync(DateTimeOffset.Now, TimeSpan.FromSeconds(5), CancellationToken.None);
        Assert.Contains(result.Answers, answer => answer.Question is Connect { Address: "10.9.9.9:80" } && answer.Unobserved == "looking failed: boom");
        Assert.Contains(result.Answers, answer => answer is { Question: Connect { Address: "127.0.0.1:3000" }, Unobserved: "not here" });
    }

    [Fact]
    public async Task NoProbe_OpensNoConnection()
    {
        var result = await Driver(_ => Task.FromResult<Fact?>(null), probes: false).RunAsync(DateTimeOffset.Now, TimeSpan.FromSeconds(5), CancellationToken.None);
        Assert.DoesNotContain(asked, question => question.Cost != Cost.Read);
        Assert.Contains(result.Answers, answer => answer.Question is Connect && answer.Unobserved == ProbeGate.Off);
    }

    [Fact]
    public async Task Reads_ComeBeforeConnections()
    {
        await Driver(_ => Task.FromResult<Fact?>(null), probes: true).RunAsync(DateTimeOffset.Now, TimeSpan.FromSeconds(5), CancellationToken.None);
        var costs = asked.Select(question => question.Cost).ToList();
        Assert.True(costs.IndexOf(Cost.Probe) > costs.IndexOf(Cost.Read));
        Assert.Contains(asked, question => question is Connect { Address: "127.0.0.1:3000" });
    }

    [Theory]
    [InlineData("127.0.0.1:3000", null)]
    [InlineData("10.9.9.9:80", null)]
    [InlineData("127.0.0.1:4001", null)]
    [InlineData("127.0.0.1:4000", "the configuration marks it down")]
    [InlineData("127.0.0.1:22", "the configuration does not name this address")]
    [InlineData("169.254.169.254:80", "the configuration does not name this address")]
    public async Task Connection_IsAllowedOnlyToWhatTheConfigurationNames(string address, string? refusal)
        => Assert.Equal(refusal, new ProbeGate(true, null).Refuses(new Connect(address), await AnswersAsync()));

    /// <summary>What a name resolves to is known only after the look-up, which is asked for at the same time.</summary>
    [Theory]
    [InlineData("app.internal", false)]
    [InlineData("other.internal", true)]
    public async Task AddressIsNotRefused_WhileAConfiguredNameIsLookedUp(string name, bool refused)
    {
        var known = (await AnswersAsync()).Values.Where(answer => answer.Question is not Resolve).ToList();
        var driver = Driver(_ => Task.FromResult<Fact?>(null), probes: true, new Connect("10.7.7.7:80"), new Resolve(name, ""));
        driver.Know(known);
        var result = await driver.RunAsync(DateTimeOffset.Now, TimeSpan.FromSeconds(5), CancellationToken.None);
        Assert.Equal(refused, result.Answers.Any(answer => answer.Question is Connect { Address: "10.7.7.7:80" }));
    }

    [Fact]
    public async Task Request_StaysWithinOwnNetworks()
    {
        var gate = new ProbeGate(true, null);
        var answers = await AnswersAsync();
        Assert.Null(gate.Refuses(new HttpGet("127.0.0.1:3000", "http", "a", "/", "1.0", 100), answers));
        Assert.StartsWith("it is outside", gate.Refuses(new HttpGet("10.9.9.9:80", "http", "a", "/", "1.0", 100), answers), StringComparison.Ordinal);
        Assert.Null(new ProbeGate(true, "http://a/").Refuses(new HttpGet("10.9.9.9:80", "http", "a", "/", "1.0", 100), answers));
        Assert.Equal("no --url was given", gate.Refuses(new GetThroughNginx("http://evil/", 100), answers));
        Assert.Equal("the configuration does not name it", gate.Refuses(new Resolve("evil.example", ""), answers));
    }

    [Fact]
    public async Task OnePeer_IsSpokenToOneAtATime()
    {
        var (open, most) = (0, 0);
        var driver = Driver(
            async question =>
            {
                if (question.Cost != Cost.Read && ProbeGate.PeerOf(question) == "127.0.0.1:3000")
                {
                    most = Math.Max(most, Interlocked.Increment(ref open));
                    await Task.Delay(5);
                    Interlocked.Decrement(ref open);
                }

                return null;
            },
            probes: true);
        await driver.RunAsync(DateTimeOffset.Now, TimeSpan.FromSeconds(5), CancellationToken.None);
        Assert.True(most <= 1);
    }

    private async Task<IReadOnlyDictionary<Question, Answer>> AnswersAsync()
    {
        var result = await Driver(_ => Task.FromResult<Fact?>(null), probes: true).RunAsync(DateTimeOffset.Now, TimeSpan.FromSeconds(5), CancellationToken.None);
        return result.Answers.ToDictionary(answer => answer.Question);
    }

    private DiagnosisDriver Driver(Func<Question, Task<Fact?>> answer, bool probes, params Question[] first)
        => new(
            [
                new(_ => true, async (question, _) =>
                {
                    asked.Enqueue(question);
                    Fact? fact = question switch
                    {
                        NginxInstances => new NginxInstancesFact([new() { ConfigPath = "/n.conf", Prefix = "/", MasterPid = 1, WorkerPids = [2] }]),
                        ConfigurationText => new ConfigurationFact([new("/n.conf", System.Text.Encoding.UTF8.GetBytes(Conf), null, null)]),
                        MachineState => new MachineStateFact("h", ["127.0.0.1/8", "192.168.0.5/24"], 2, 0, 1, 1, null, null, null, 4096, true, "root"),
                        _ => await answer(question),
                    };
                    return new(question, fact, fact is null ? "not here" : null, new("h", Sources.Machine, "test", default));
                }),
            ],
            new DiagnosisOptions(),
            TimeProvider.System)
        {
            Gate = new ProbeGate(probes, null),
            AskFirst = first,
        };

    private static async Task<Fact?> Hang()
    {
        await new TaskCompletionSource().Task;
        return null;
    }
}
