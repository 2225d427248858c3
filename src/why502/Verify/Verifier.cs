using Why502.Cli.Driver;
using Why502.Diagnosis;
using Why502.Diagnosis.Readings;
using Why502.Nginx;

namespace Why502.Cli.Verify;

/// <summary>Asks the same thing twice, through nginx and straight to the upstream, within the probe rules.</summary>
internal sealed class Verifier(IReadOnlyList<Answerer> answerers, ProbeGate gate, TimeSpan patience)
{
    /// <summary>Locations that are tried without a URL.</summary>
    private const int LocationsMax = 64;

    private readonly Dictionary<Question, Answer> answers = [];

    public async Task<IReadOnlyList<VerifyCase>> UrlAsync(Uri url, string? config, CancellationToken cancellation)
    {
        await AskAsync(new MachineState(), cancellation).ConfigureAwait(false);
        foreach (var (instance, configuration) in await ConfigurationsAsync(config, cancellation).ConfigureAwait(false))
        {
            if (Find(configuration, url) is not { } found)
            {
                continue;
            }

            var rows = new List<VerifyRow>
            {
                new("through nginx", await ThroughAsync(url, found.Listen, cancellation).ConfigureAwait(false), found.Proxied?.BufferSize),
            };
            if (found.Proxied is { } location)
            {
                rows.AddRange(await StraightAsync(location, Host(url), url.AbsolutePath, instance, cancellation).ConfigureAwait(false));
            }

            return [new VerifyCase(url.ToString(), found.Proxied?.At.ToString() ?? found.Server.At.ToString(), rows)];
        }

        // No configuration knows it, or none can be read: the URL itself is all there is.
        return [new VerifyCase(url.ToString(), null, [new("through nginx", await AskAsync(new GetThroughNginx(url.AbsoluteUri, Milliseconds), cancellation).ConfigureAwait(false), null)])];
    }

    public async Task<IReadOnlyList<VerifyCase>> AllAsync(string? config, TimeSpan since, DateTimeOffset now, CancellationToken cancellation)
    {
        await AskAsync(new MachineState(), cancellation).ConfigureAwait(false);
        var cases = new List<VerifyCase>();
        foreach (var (instance, configuration) in await ConfigurationsAsync(config, cancellation).ConfigureAwait(false))
        {
            var used = await UsedPaths.OfAsync(instance, configuration, now - since, AskAsync, cancellation).ConfigureAwait(false);
            foreach (var location in configuration.ProxiedLocations.Take(LocationsMax - cases.Count))
            {
                cases.Add(await LocationAsync(location, instance, used.Of(location), cancellation).ConfigureAwait(false));
            }
        }

        return cases;
    }

    private async Task<VerifyCase> LocationAsync(ProxiedLocation location, NginxInstance instance, UsedPath? used, CancellationToken cancellation)
    {
        var what = $"{location.Server.FirstName ?? "(no name)"} {location.Location?.ToString() ?? "/"}";
        var rows = new List<VerifyRow>();
        if (used is null)
        {
            foreach (var peer in location.Peers.Where(peer => peer.Endpoint is not null))
            {
                rows.Add(new(peer.Written, await AskAsync(new Connect(peer.Endpoint!.ToString()), cancellation).ConfigureAwait(false), null) { Straight = true });
            }

            return new(what, location.At.ToString(), rows);
        }

        if (location.Server.Listens.FirstOrDefault(listen => !listen.Quic) is { } first)
        {
            var url = new UriBuilder(first.Ssl ? "https" : "http", "localhost", first.Port, used.Path).Uri;
            rows.Add(new("through nginx", await ThroughAsync(url, first, used.Host, cancellation).ConfigureAwait(false), location.BufferSize));
        }

        rows.AddRange(await StraightAsync(location, used.Host, used.Path, instance, cancellation).ConfigureAwait(false));
        return new($"{what}  GET {used.Path}", location.At.ToString(), rows);
    }

    private int Milliseconds => (int)patience.TotalMilliseconds;

    private Task<Answer> ThroughAsync(Uri url, Listen listen, CancellationToken cancellation) => ThroughAsync(url, listen, Host(url), cancellation);

    /// <summary>To the address this nginx listens on, whatever the name resolves to: a load balancer's answer would prove nothing.</summary>
    private Task<Answer> ThroughAsync(Uri url, Listen listen, string host, CancellationToken cancellation)
    {
        var address = listen.Address.StartsWith("0.0.0.0:", StringComparison.Ordinal) ? $"127.0.0.1:{listen.Port}"
            : listen.Address.StartsWith("[::]:", StringComparison.Ordinal) ? $"[::1]:{listen.Port}"
            : listen.Address;
        var question = url.Query.Length > 0
            ? (Question)new GetThroughNginx(url.AbsoluteUri, Milliseconds)
            : new HttpGet(address, listen.Ssl ? "https" : "http", host, url.AbsolutePath, "1.1", Milliseconds) { ServerName = NameOf(host) };
        return AskUngatedAsync(question, cancellation);
    }

    private async Task<IReadOnlyList<VerifyRow>> StraightAsync(ProxiedLocation location, string host, string path, NginxInstance instance, CancellationToken cancellation)
    {
        var rows = new List<VerifyRow>();
        foreach (var peer in location.Peers.Where(peer => peer.Endpoint is not null))
        {
            var question = UpstreamRequest.Of(location, peer.Endpoint!, host, path, instance, Milliseconds);
            var answer = await AskAsync(question, cancellation).ConfigureAwait(false);
            if (answer.Fact is null && question.Cost == Cost.Request && gate.Refuses(question, answers) is not null)
            {
                // Outside the machine's own networks a connection is all that may be tried.
                answer = await AskAsync(new Connect(peer.Endpoint!.ToString()), cancellation).ConfigureAwait(false);
            }

            rows.Add(new(peer.Endpoint!.ToString(), answer, location.BufferSize) { Straight = true });
        }

        return rows;
    }

    private async Task<IReadOnlyList<(NginxInstance Instance, NginxConfiguration Configuration)>> ConfigurationsAsync(string? config, CancellationToken cancellation)
    {
        var instances = await AskAsync(new NginxInstances(config), cancellation).ConfigureAwait(false);
        var found = new List<(NginxInstance, NginxConfiguration)>();
        foreach (var instance in (instances.Fact as NginxInstancesFact)?.Instances ?? [])
        {
            await AskAsync(ConfigurationReading.Question(instance), cancellation).ConfigureAwait(false);
            if (new Observations(answers, default).ConfigurationOf(instance) is { } configuration)
            {
                found.Add((instance, configuration));
            }
        }

        return found;
    }

    /// <summary>The server that a URL reaches here: one that listens on its port, by its host.</summary>
    private static (Server Server, Listen Listen, ProxiedLocation? Proxied)? Find(NginxConfiguration configuration, Uri url)
    {
        foreach (var listen in configuration.Servers.SelectMany(server => server.Listens).Where(listen => listen.Port == url.Port && !listen.IsUnix && !listen.Quic && listen.Ssl == (url.Scheme == "https")))
        {
            if (configuration.Route(listen.Address, Host(url), "GET", url.PathAndQuery, listen.Ssl) is { } route
                && (url.HostNameType != UriHostNameType.Dns || route.Server.Names.Count == 0 || Serves(route.Server, url.Host) || listen.IsWildcard || url.IsLoopback))
            {
                return (route.Server, listen, route.Proxied);
            }
        }

        return null;
    }

    private static bool Serves(Server server, string host) => server.Names.Any(name => name.Equals(host, StringComparison.OrdinalIgnoreCase) || name == "_");

    private static string Host(Uri url) => url.IsDefaultPort ? url.IdnHost : $"{url.IdnHost}:{url.Port}";

    internal static string NameOf(string host)
    {
        var name = host.StartsWith('[') ? host : host.Split(':')[0];
        return Uri.CheckHostName(name.Trim('[', ']')) == UriHostNameType.Dns ? name : "";
    }

    private async Task<Answer> AskAsync(Question question, CancellationToken cancellation)
        => gate.Refuses(question, answers) is { } refusal ? new(question, null, refusal, Nowhere) : await AskUngatedAsync(question, cancellation).ConfigureAwait(false);

    private async Task<Answer> AskUngatedAsync(Question question, CancellationToken cancellation)
    {
        if (answers.TryGetValue(question, out var known))
        {
            return known;
        }

        var answerer = answerers.FirstOrDefault(candidate => candidate.CanAnswer(question));
        Answer answer;
        try
        {
            answer = answerer is null
                ? new(question, null, "nobody here can answer it", Nowhere)
                : await Task.Run(() => answerer.AnswerAsync(question, cancellation), CancellationToken.None).WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            answer = new(question, null, "not finished in time", Nowhere);
        }

        return answers[question] = answer;
    }

    private static Provenance Nowhere => new(Environment.MachineName, Sources.Probe, "", default);
}
