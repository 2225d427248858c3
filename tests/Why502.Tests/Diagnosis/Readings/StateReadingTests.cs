using Why502.Diagnosis;
using Xunit;

namespace Why502.Tests.Diagnosis;

/// <summary>Whether a fault is over: what comes with load is not over because the burst is.</summary>
public sealed class StateReadingTests
{
    private const string Group = "upstream backend { server 127.0.0.1:3001 max_conns=2; server 127.0.0.1:3002 max_conns=2; }";

    private const string NoneLive = "no live upstreams while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://backend/\", host: \"shop.example\"";

    [Theory]
    [InlineData("connect() to unix:/run/app.sock failed (11: Resource temporarily unavailable)", "unix:/run/app.sock", IncidentState.Intermittent)]
    [InlineData("connect() to unix:/run/app.sock failed (2: No such file or directory)", "unix:/run/app.sock", IncidentState.Recovered)]
    [InlineData("connect() failed (99: Cannot assign requested address)", "10.0.0.9:3000", IncidentState.Intermittent)]
    [InlineData("connect() failed (111: Connection refused)", "127.0.0.1:3000", IncidentState.Recovered)]
    public void ConnectionsThatAreMadeNow(string message, string peer, IncidentState state)
        => Assert.Equal(state, Run($"{message} while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://{peer}{(peer[0] == 'u' ? ":" : "")}/\", host: \"shop.example\"", $"proxy_pass http://{peer};", "", scene => scene.Listens(peer, "gunicorn", 812).AnsweredSince("/", 200, peer, 0.02, 40)).Incident.State);

    [Fact]
    public void LimitThatWasReached_IsNotOverWithTheBurst()
    {
        var found = Run(NoneLive, "proxy_pass http://backend;", Group, Servers);
        Assert.Equal("upstream-connection-limit", found.Cause.Id);
        Assert.Equal(IncidentState.Intermittent, found.Incident.State);
        Assert.True(found.Confidence >= 0.9);
    }

    [Fact]
    public void GroupWithoutALimit_IsExhausted()
    {
        var found = Run(NoneLive, "proxy_pass http://backend;", Group.Replace(" max_conns=2", "", StringComparison.Ordinal), Servers);
        Assert.Equal("upstream-group-exhausted", found.Cause.Id);
        Assert.Equal(IncidentState.Recovered, found.Incident.State);
    }

    /// <summary>The only second with failures is the one that the app was started in: it was there all the time where a rule refuses it.</summary>
    [Theory]
    [InlineData(59, true, IncidentState.Intermittent)]
    [InlineData(59, false, IncidentState.Recovered)]
    [InlineData(50, true, IncidentState.Recovered)]
    public void ListenerStarted(int secondsAgo, bool refused, IncidentState state)
        => Assert.Equal(state, Run("connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://127.0.0.1:3000/\", host: \"shop.example\"", "proxy_pass http://127.0.0.1:3000;", "", scene =>
        {
            scene.Listens("127.0.0.1:3000", "gunicorn", 812).Forks("127.0.0.1:3000", 813, secondsAgo).Answered("/", 200, "127.0.0.1:3000", 0.02, 40);
            _ = refused ? scene.Rejects(3000) : scene;
        }).Incident.State);

    /// <summary>Whoever asks from beside nginx is not under the filter that it is under.</summary>
    [Theory]
    [InlineData(true, IncidentState.Current, "access-control-denied")]
    [InlineData(false, IncidentState.Intermittent, "socket-permission-denied")]
    public void SocketThatModesLetNginxOpen(bool filtered, IncidentState state, string cause)
    {
        var found = Run("connect() to unix:/run/shop.sock failed (13: Permission denied) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://unix:/run/shop.sock:/\", host: \"shop.example\"", "proxy_pass http://unix:/run/shop.sock;", "", scene => _ = filtered ? scene.Listens("unix:/run/shop.sock", "gunicorn", 812).FiltersCalls() : scene.Listens("unix:/run/shop.sock", "gunicorn", 812));
        Assert.Equal(state, found.Incident.State);
        Assert.Equal(cause, found.Cause.Id);
    }

    private static void Servers(Scene scene)
        => scene.Listens("127.0.0.1:3001", "node", 812).Listens("127.0.0.1:3002", "node", 813).AnsweredSince("/", 200, "127.0.0.1:3001", 0.8, 40);

    private static Finding Run(string log, string location, string http, Action<Scene> machine) => Scene.Run(new Case("", log, location, machine, http)).Findings[0];
}
