using System.Net;
using Why502.Diagnosis;
using Why502.Diagnosis.Readings;
using Why502.Nginx;

namespace Why502.Cli.Driver;

/// <summary>Every address and name to which the configurations in force may send requests.</summary>
internal sealed class NamedPeers
{
    public static readonly NamedPeers Nothing = new();

    private const int SearchMax = 4;

    private readonly HashSet<string> addresses = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<int> loopbackNamePorts = [];

    public HashSet<string> Names { get; } = new(StringComparer.OrdinalIgnoreCase);

    public HashSet<string> Resolvers { get; } = new(StringComparer.OrdinalIgnoreCase);

    public HashSet<string> Down { get; } = new(StringComparer.OrdinalIgnoreCase);

    public static NamedPeers Of(IReadOnlyDictionary<Question, Answer> answers)
    {
        var named = new NamedPeers();
        var seen = new Observations(answers, default);
        foreach (var answer in answers.Values.ToList())
        {
            if (answer.Fact is NginxInstancesFact fact)
            {
                foreach (var instance in fact.Instances)
                {
                    named.Add(seen.ConfigurationOf(instance));
                }
            }
        }

        // The system's resolver appends its search domains to such names itself (resolv.conf(5)).
        foreach (var domain in answers.Values.Select(answer => answer.Fact).OfType<NameServersFact>().SelectMany(fact => fact.Search).Take(SearchMax).ToList())
        {
            named.Names.UnionWith([.. named.Names.Where(name => !name.Contains('.', StringComparison.Ordinal)).Select(name => $"{name}.{domain.TrimEnd('.')}")]);
        }

        // What a named name resolves to is named with each of its ports.
        foreach (var answer in answers.Values)
        {
            if (answer is { Question: Resolve ask, Fact: ResolveFact resolved })
            {
                named.AddResolved(ask.Name, resolved.Addresses);
            }
        }

        named.Down.ExceptWith(named.up);
        return named;
    }

    public bool Contains(Endpoint peer) => addresses.Contains(peer.ToString());

    /// <summary>localhost, which is this machine whatever it resolves to.</summary>
    public bool IsLoopbackName(Endpoint peer) => peer.IsLoopback && loopbackNamePorts.Contains(peer.Port);

    private readonly HashSet<string> up = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, HashSet<int>> portsOfName = new(StringComparer.OrdinalIgnoreCase);

    private void Add(NginxConfiguration? configuration)
    {
        if (configuration is null)
        {
            return;
        }

        foreach (var peer in configuration.ProxiedLocations.SelectMany(location => location.Peers).Concat(configuration.StreamServers.SelectMany(server => server.Peers)))
        {
            if (peer.Endpoint is { } endpoint)
            {
                Add(endpoint);
                (peer.Down ? Down : up).Add(endpoint.ToString());
            }
        }

        Walk(configuration.Root);
    }

    private void Add(Endpoint endpoint)
    {
        addresses.Add(endpoint.ToString());
        if (endpoint.Host is { } host && endpoint.IsName)
        {
            Names.Add(host);
            if (!portsOfName.TryGetValue(host, out var ports))
            {
                portsOfName[host] = ports = [];
            }

            ports.Add(endpoint.Port);
            if (endpoint.IsLoopback)
            {
                loopbackNamePorts.Add(endpoint.Port);
                addresses.Add($"127.0.0.1:{endpoint.Port}");
                addresses.Add($"[::1]:{endpoint.Port}");
            }
        }
    }

    private void AddResolved(string name, IReadOnlyList<string> resolved)
    {
        if (!portsOfName.TryGetValue(name, out var ports))
        {
            return;
        }

        foreach (var text in resolved)
        {
            if (IPAddress.TryParse(text, out var address))
            {
                addresses.UnionWith(ports.Select(port => Endpoint.Of(address, port).ToString()));
            }
        }
    }

    /// <summary>Addresses in variables (set, map) and the resolvers stand in no pass directive.</summary>
    private void Walk(IReadOnlyList<Directive> directives)
    {
        foreach (var directive in directives)
        {
            if (directive.Name == "resolver")
            {
                foreach (var server in directive.Arguments.Where(argument => !argument.Contains('=')))
                {
                    Resolvers.Add(server);
                    if (Endpoint.TryParse(server, 53, out var endpoint))
                    {
                        Resolvers.Add(endpoint.ToString());
                    }
                }
            }
            else if (directive.Name == "set" && directive.Arguments.Count == 2)
            {
                AddValue(directive.Arguments[1]);
            }
            else if (directive.Name == "map")
            {
                foreach (var entry in directive.Block ?? [])
                {
                    AddValue(entry.Arguments.Count == 1 ? entry.Arguments[0] : "");
                }
            }

            if (directive.Block is { } block && directive.Name != "map")
            {
                Walk(block);
            }
        }
    }

    private void AddValue(string value)
    {
        var text = TargetText.Of(value);
        var port = text.Scheme is null ? 0 : text.Scheme == "https" ? 443 : 80;
        if (!text.Authority.Contains('$') && (text.IsUnix || text.Scheme is not null || text.Authority.Contains(':'))
            && Endpoint.TryParse(text.Authority, port, out var endpoint) && (endpoint.IsUnix || endpoint.Port > 0))
        {
            Add(endpoint);
        }
    }
}
