using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using Why502.Diagnosis;
using Why502.Logs;

namespace Why502.Host.Probes;

/// <summary>
/// Answers the questions that need a connection. Each answer is one bounded exchange; whether it may take place at all is decided by the
/// caller. What cannot be asked is unobserved with its reason, never an exception.
/// </summary>
public sealed class ProbeAnswers
{
    private const string LocalHost = "localhost";

    private readonly string hostName;
    private readonly TimeProvider time;
    private readonly NameProbe names;
    private readonly HttpProbe http;
    private readonly FpmStatusProbe fpmStatus;
    private readonly ProbeLimits limits;

    /// <param name="hostName">Host of the provenance; null is this machine's name.</param>
    public ProbeAnswers(TimeProvider time, string? hostName = null, ProbeLimits? limits = null)
    {
        this.time = time;
        this.hostName = hostName ?? Environment.MachineName;
        this.limits = limits ?? ProbeLimits.Default;
        var dialer = new Dialer(time);
        names = new NameProbe(dialer, time, this.limits);
        http = new HttpProbe(dialer, time, this.limits);
        fpmStatus = new FpmStatusProbe(new FastCgiProbe(dialer, time, this.limits), this.limits);
    }

    /// <summary>Connections are made in the namespace that the question is about.</summary>
    private Dialer From(IAskedFrom ask) => new(time) { ThroughPid = ask.ThroughPid };

    [SuppressMessage("Performance", "CA1822", Justification = "Whoever answers questions is asked the same way.")]
    public bool CanAnswer(Question question)
        => question is Connect or TlsHandshake or Resolve or HttpGet or FastCgiGet or FpmStatus or GetThroughNginx or StubStatus or PortProtocol or UwsgiGet or ScgiGet or MemcachedGet or GrpcHealth;

    [SuppressMessage("Design", "CA1031", Justification = "A probe that fails in an unforeseen way is unobserved; the others go on.")]
    public async Task<Answer> AnswerAsync(Question question, CancellationToken cancellation)
    {
        var provenance = new Provenance(hostName, Sources.Probe, How(question), time.GetUtcNow());
        try
        {
            cancellation.ThrowIfCancellationRequested();
            var (fact, unobserved) = await ObserveAsync(question, cancellation).ConfigureAwait(false);
            return new(question, fact, unobserved, provenance);
        }
        catch (OperationCanceledException)
        {
            return new(question, null, "not finished within the time limit", provenance);
        }
        catch (SocketException failure)
        {
            return new(question, null, $"the peer's name could not be looked up ({failure.Message})", provenance);
        }
        catch (NamespaceClosedException)
        {
            return new(question, null, "nginx's network namespace needs root; run with sudo", provenance);
        }
        catch (FormatException failure)
        {
            return new(question, null, failure.Message, provenance);
        }
        catch (Exception failure)
        {
            return new(question, null, $"the probe failed ({failure.GetType().Name}: {Sanitizer.Line(failure.Message)})", provenance);
        }
    }

    private async Task<(Fact? Fact, string? Unobserved)> ObserveAsync(Question question, CancellationToken cancellation) => question switch
    {
        IAskedFrom { ThroughPid: > 0 } when AddressOf(question) is { } address && Peer(address, 80) is { IsName: true } => (null, "the name would have to be looked up inside nginx's container"),
        Connect ask => (await new ConnectProbe(new Dialer(time) { ThroughPid = ask.ThroughPid, AsUser = ask.AsUser }, time, limits).ConnectAsync(Peer(ask.Address, 0).Through(ask.ThroughPid), cancellation).ConfigureAwait(false), null),
        TlsHandshake ask => (await new TlsProbe(From(ask), time, limits).HandshakeAsync(Peer(ask.Address, 443), ask, cancellation).ConfigureAwait(false), null),
        Resolve { Server: "" } ask => (await names.BySystemAsync(ask.Name, cancellation).ConfigureAwait(false), null),
        Resolve ask => (await new NameProbe(From(ask), time, limits).ByServerAsync(ask.Name, ask.Server, cancellation).ConfigureAwait(false), null),
        HttpGet ask => (await GetAsync(ask, cancellation).ConfigureAwait(false), null),
        FastCgiGet ask => (await GetAsync(ask, cancellation).ConfigureAwait(false), null),
        GetThroughNginx ask => (await GetAsync(ask, cancellation).ConfigureAwait(false), null),
        FpmStatus ask => await fpmStatus.AskAsync(await Peer(ask.Address, 0).EndPointsAsync(cancellation).ConfigureAwait(false), ask.StatusPath, cancellation).ConfigureAwait(false),
        StubStatus ask => await GetAsync(ask, cancellation).ConfigureAwait(false),
        UwsgiGet ask => (await CgiAsync(From(ask), ask.Address, CgiRequest.Uwsgi(RequestText.Path(ask.Path), RequestText.Query(ask.Query), ask.Host), ask.PatienceMs, cancellation).ConfigureAwait(false), null),
        ScgiGet ask => (await CgiAsync(From(ask), ask.Address, CgiRequest.Scgi(RequestText.Path(ask.Path), RequestText.Query(ask.Query), ask.Host), ask.PatienceMs, cancellation).ConfigureAwait(false), null),
        MemcachedGet ask => (await new MemcachedProbe(From(ask), time, limits).GetAsync(new(await Peer(ask.Address, 11211).EndPointsAsync(cancellation).ConfigureAwait(false), false, "", [], Milliseconds(ask.PatienceMs)), cancellation).ConfigureAwait(false), null),
        GrpcHealth ask => (await CallAsync(ask, cancellation).ConfigureAwait(false), null),
        PortProtocol ask => (await new PortProbe(From(ask), time, limits).AskAsync(await Peer(ask.Address, 0).EndPointsAsync(cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false), null),
        _ => (null, "no probe answers this"),
    };

    private async Task<ResponseFact> GetAsync(HttpGet ask, CancellationToken cancellation)
    {
        var isTls = ask.Scheme.Equals("https", StringComparison.OrdinalIgnoreCase);
        var peers = await Peer(ask.Address, isTls ? 443 : 80).EndPointsAsync(cancellation).ConfigureAwait(false);
        var target = RequestText.Target(ask.Path, ask.Query);
        if (ask.HttpVersion == "2")
        {
            return await new Http2Probe(From(ask), time, limits).AskAsync(new(peers, isTls, ask.ServerName, Http2Probe.Get(target, ask.Host, isTls), Milliseconds(ask.PatienceMs)) { AnnouncesProxy = ask.AnnouncesProxy, Http2 = true }, cancellation).ConfigureAwait(false);
        }

        var request = ask.Upgrades ? RequestText.Upgrade(target, ask.Host) : RequestText.Get(target, ask.HttpVersion, ask.Host);
        return await new HttpProbe(From(ask), time, limits).GetAsync(new(peers, isTls, ask.ServerName, request, Milliseconds(ask.PatienceMs)) { AnnouncesProxy = ask.AnnouncesProxy }, cancellation).ConfigureAwait(false);
    }

    private async Task<ResponseFact> CallAsync(GrpcHealth ask, CancellationToken cancellation)
    {
        var isTls = ask.Scheme == "grpcs";
        var peers = await Peer(ask.Address, isTls ? 443 : 80).EndPointsAsync(cancellation).ConfigureAwait(false);
        var call = new HttpCall(peers, isTls, ask.ServerName, Http2Probe.Health(ask.Host, isTls), Milliseconds(ask.PatienceMs)) { AnnouncesProxy = ask.AnnouncesProxy, Http2 = true };
        return await new Http2Probe(From(ask), time, limits).AskAsync(call, cancellation).ConfigureAwait(false);
    }

    private async Task<ResponseFact> GetAsync(FastCgiGet ask, CancellationToken cancellation)
    {
        var peers = await Peer(ask.Address, 0).EndPointsAsync(cancellation).ConfigureAwait(false);
        var parameters = FastCgiProbe.Parameters(ask.ScriptFilename, ask.Path, ask.Host, RequestText.Query(ask.Query), ask.ScriptName);
        var (fact, _) = await new FastCgiProbe(From(ask), time, limits).GetAsync(peers, parameters, Milliseconds(ask.PatienceMs), cancellation).ConfigureAwait(false);
        return fact;
    }

    private async Task<ResponseFact> CgiAsync(Dialer from, string address, byte[] request, int patienceMs, CancellationToken cancellation)
    {
        var peers = await Peer(address, 0).EndPointsAsync(cancellation).ConfigureAwait(false);
        return await new HttpProbe(from, time, limits).GetAsync(new(peers, false, "", request, Milliseconds(patienceMs)) { MayBeCgi = true }, cancellation).ConfigureAwait(false);
    }

    private async Task<ResponseFact> GetAsync(GetThroughNginx ask, CancellationToken cancellation)
    {
        if (!Uri.TryCreate(ask.Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            throw new FormatException("only http:// and https:// URLs can be requested");
        }

        var isTls = url.Scheme == "https";
        var peers = await new PeerAddress(url.IdnHost.Trim('[', ']'), url.Port, null).EndPointsAsync(cancellation).ConfigureAwait(false);
        var host = url.IsDefaultPort ? url.IdnHost : $"{url.IdnHost}:{url.Port}";
        var request = RequestText.Get(RequestText.Target(url.PathAndQuery), "1.1", host);
        return await http.GetAsync(new(peers, isTls, url.IdnHost, request, Milliseconds(ask.PatienceMs)), cancellation).ConfigureAwait(false);
    }

    private async Task<(Fact? Fact, string? Unobserved)> GetAsync(StubStatus ask, CancellationToken cancellation)
    {
        var peer = StubStatusPage.Peer(ask.Listen) ?? throw new FormatException($"{ask.Listen} is no address to listen on");
        var peers = await peer.EndPointsAsync(cancellation).ConfigureAwait(false);
        var host = ask.ServerName.Length > 0 ? ask.ServerName : LocalHost;
        var request = RequestText.Get(RequestText.Path(ask.Path), "1.1", host);
        using var body = new MemoryStream();
        var response = await new HttpProbe(From(ask), time, limits).GetAsync(new(peers, ask.Tls, host, request, limits.StatusPagePatience), body, cancellation).ConfigureAwait(false);
        return response switch
        {
            { Outcome: not ProbeOutcome.Ok } => (null, response.Error ?? response.Outcome.ToString()),
            { Status: not 200 } => (null, $"nginx answered {response.Status} to the status path"),
            _ when StubStatusPage.Parse(body.ToArray()) is { } fact => (fact, null),
            _ => (null, "the answer is no stub_status page"),
        };
    }

    private static string? AddressOf(Question question) => question switch
    {
        Connect ask => ask.Address,
        TlsHandshake ask => ask.Address,
        HttpGet ask => ask.Address,
        FastCgiGet ask => ask.Address,
        UwsgiGet ask => ask.Address,
        ScgiGet ask => ask.Address,
        MemcachedGet ask => ask.Address,
        GrpcHealth ask => ask.Address,
        PortProtocol ask => ask.Address,
        _ => null,
    };

    private static PeerAddress Peer(string address, int defaultPort)
        => PeerAddress.Parse(address, defaultPort) ?? throw new FormatException($"{Sanitizer.Line(address)} is no address that can be connected to");

    private static TimeSpan Milliseconds(int patienceMs) => TimeSpan.FromMilliseconds(Math.Max(patienceMs, 1));

    private static string How(Question question) => Redactor.Text(Sanitizer.Line(question switch
    {
        Connect ask => $"connect {ask.Address}",
        TlsHandshake ask => $"TLS handshake with {ask.Address}{(ask.ServerName.Length > 0 ? $" (SNI {ask.ServerName})" : "")}{(ask.Protocols.Length > 0 ? $" {ask.Protocols}" : "")}",
        Resolve { Server: "" } ask => $"getaddrinfo {ask.Name}",
        Resolve ask => $"DNS query for {ask.Name} to {ask.Server}",
        HttpGet ask => $"GET {ask.Scheme}://{ask.Address}{ask.Path} (Host: {ask.Host})",
        FastCgiGet ask => $"FastCGI GET {ask.Path} at {ask.Address}",
        GetThroughNginx ask => $"GET {ask.Url}",
        FpmStatus ask => $"FastCGI GET {ask.StatusPath} at {ask.Address}",
        StubStatus ask => $"GET {ask.Path} at {ask.Listen}",
        UwsgiGet ask => $"uwsgi GET {ask.Path} at {ask.Address}",
        ScgiGet ask => $"SCGI GET {ask.Path} at {ask.Address}",
        MemcachedGet ask => $"memcached get at {ask.Address}",
        GrpcHealth ask => $"{GrpcHealth.Path} at {ask.Address} (:authority {ask.Host})",
        PortProtocol ask => $"greetings to {ask.Address} (HTTP/2 preface, FastCGI values, uwsgi ping, AJP CPing)",
        _ => question.What,
    }));
}
