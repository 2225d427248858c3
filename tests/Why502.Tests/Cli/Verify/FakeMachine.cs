using System.Collections.Concurrent;
using System.Text;
using Why502.Cli.Driver;
using Why502.Cli.Verify;
using Why502.Diagnosis;

namespace Why502.Tests.Cli.Verify;

/// <summary>A machine with one nginx, whose upstreams answer what the test says.</summary>
internal sealed class FakeMachine(string http)
{
    private readonly ConcurrentQueue<Question> asked = [];

    public IEnumerable<Question> Asked => asked;

    public Func<Question, Fact?> Upstreams { get; init; } = _ => Response(200);

    /// <summary>The access log's path and how often it was asked for.</summary>
    public IReadOnlyList<(string Path, long Count)> Used { get; init; } = [];

    public Task<Proof> ProveAsync(ProofRequest request)
        => new Prover(() => [new Answerer(_ => true, AnswerAsync)], TimeProvider.System, _ => { }).ProveAsync(request, CancellationToken.None);

    public Task<Proof> ProveAsync(string url, int? attempts = null, TimeSpan? patience = null)
        => ProveAsync(new ProofRequest { Targets = [ProofTarget.Of(new Uri(url))], Attempts = attempts, Patience = patience });

    public static ResponseFact Response(int status, long headerBytes = 210, double headerMs = 12, double? tlsMs = null)
        => new(ProbeOutcome.Ok, null, status, headerBytes, "Set-Cookie", headerBytes / 2, 0.2, headerMs, headerMs + 0.5, 2, "app", null, null) { TlsMs = tlsMs };

    public static ResponseFact Failed(ProbeOutcome outcome, string error, double ms = 0.3)
        => new(outcome, null, null, 0, null, 0, outcome == ProbeOutcome.Refused ? null : 0.2, null, ms, 0, null, null, error);

    private Task<Answer> AnswerAsync(Question question, CancellationToken cancellation)
    {
        asked.Enqueue(question);
        var fact = question switch
        {
            NginxInstances => new NginxInstancesFact([new NginxInstance { ConfigPath = "/etc/nginx/nginx.conf", Prefix = "/etc/nginx/", MasterPid = 7, DefaultErrorLog = "/nowhere/error.log", DefaultAccessLog = "/nowhere/access.log" }]),
            ConfigurationText => new ConfigurationFact([new("/etc/nginx/nginx.conf", Encoding.UTF8.GetBytes($"error_log /dev/null; events {{}}\nhttp {{\n{http}\n}}\n"), null, null)]),
            MachineState => new MachineStateFact("here", ["127.0.0.1/8", "10.0.0.5/24"], 2, null, null, null, null, null, null, null, true, "root"),
            Resolve { Name: "two.example" } => new ResolveFact("ok", ["10.0.0.1", "10.0.0.2"], 60, 1),
            AccessLogWindow when Used.Count > 0 => new AccessLogFact(
                new() { Rows = 1, Groups = [.. Used.Select(used => new Why502.Logs.AccessGroup { Method = "GET", Path = used.Path, Route = used.Path, Status = 200, Count = used.Count, Host = "shop.example.com" })] },
                new(1, 1, false, [])),
            Connect or HttpGet or FastCgiGet or UwsgiGet or ScgiGet or TlsHandshake or PortProtocol or MemcachedGet or GrpcHealth or GetThroughNginx => Upstreams(question),
            _ => null,
        };
        return Task.FromResult(new Answer(question, fact, fact is null ? "not here" : null, new Provenance("here", Sources.Probe, question.What, default)));
    }
}
