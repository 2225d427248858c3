using Why502.Cli.Driver;
using Why502.Diagnosis;
using Why502.Diagnosis.Readings;
using Why502.Nginx;

namespace Why502.Cli.Verify;

/// <summary>One address behind a pass directive, and what may be done with it.</summary>
/// <param name="Address">As it is connected to.</param>
/// <param name="Ask">The request that nginx would make of it, or the connection that is all that may be tried; null when nothing may.</param>
internal sealed record Node(string Address, PeerTarget Peer, Question? Ask)
{
    /// <summary>The name that stands in the configuration, where it is one.</summary>
    public string? Name { get; init; }

    /// <summary>Why it is not asked as nginx asks; null when it is.</summary>
    public string? Restraint { get; init; }

    public NodeDial Dial { get; init; }
}

/// <summary>Every server that nginx may choose at a location: each address of each name, the backups, and those that are marked down.</summary>
internal sealed class NodeList(Asker asker)
{
    /// <summary>Addresses of one location that are tried.</summary>
    private const int NodesMax = 64;

    public async Task<IReadOnlyList<Node>> OfAsync(CasePlan plan, CancellationToken cancellation)
    {
        var nodes = new List<Node>();
        foreach (var peer in plan.Location!.Peers.Where(peer => peer.Endpoint is not null))
        {
            foreach (var (address, name, problem) in await AddressesAsync(plan, peer, cancellation).ConfigureAwait(false))
            {
                if (nodes.Count < NodesMax && nodes.All(known => known.Address != address))
                {
                    nodes.Add(new Node(address, peer, null) { Name = name, Restraint = peer.Down ? "the configuration marks it down: not asked" : problem });
                }
            }
        }

        // The queues first: a connection of ours would stand in them.
        var loads = await asker.AskAllAsync(nodes.Where(node => node.Restraint is null).Select(node => new ServerLoad(node.Address)), cancellation).ConfigureAwait(false);
        var dials = await asker.AskAllAsync(nodes.Where(node => node.Restraint is null && FullOf(node, loads) is null).Select(node => Connect(plan, node)), cancellation).ConfigureAwait(false);
        return [.. nodes.Select(node => node.Restraint is not null ? node : Allowed(plan, node, dials, loads))];
    }

    private async Task<IReadOnlyList<(string Address, string? Name, string? Problem)>> AddressesAsync(CasePlan plan, PeerTarget peer, CancellationToken cancellation)
    {
        var endpoint = peer.Endpoint!;
        if (!endpoint.IsName || plan.Instance.NetworkThrough != 0)
        {
            return [(endpoint.ToString(), null, null)];
        }

        if (peer.Down)
        {
            return [(endpoint.ToString(), endpoint.Host, null)];
        }

        // The system's way, as nginx did when it was started; its own resolver only where it asks while it runs.
        var resolver = NameReading.IsAskedAtRunTime(plan.Location!)
            ? (plan.Location!.Group?.Block.LastChild("resolver") ?? plan.Location.Effective("resolver").Directive)?.Arguments.FirstOrDefault(argument => !argument.Contains('='))
            : null;
        var server = resolver is not null && Endpoint.TryParse(resolver, 53, out var written) ? written.ToString() : "";
        var answer = await asker.AskAsync(new Resolve(endpoint.Host!, server), cancellation).ConfigureAwait(false);
        return answer.Fact is ResolveFact { Addresses: { Count: > 0 } addresses }
            ? [.. addresses.Where(text => System.Net.IPAddress.TryParse(text, out _)).Select(text => (Endpoint.Of(System.Net.IPAddress.Parse(text), endpoint.Port).ToString(), endpoint.Host, (string?)null))]
            : [(endpoint.ToString(), endpoint.Host, $"{endpoint.Host} has no address now: {(answer.Fact as ResolveFact)?.Code ?? answer.Unobserved}")];
    }

    private Node Allowed(CasePlan plan, Node node, IReadOnlyList<Answer> dials, IReadOnlyList<Answer> loads)
    {
        var connect = Connect(plan, node);
        var dial = dials.FirstOrDefault(answer => answer.Question.Equals(connect))?.Fact is ConnectFact fact ? DialOf(fact.Outcome) : NodeDial.Unknown;
        if (FullOf(node, loads) is { } full)
        {
            return node with { Restraint = full };
        }

        node = node with { Dial = dial, Ask = connect };
        if (plan.Path.Length == 0)
        {
            return node;
        }

        if (plan.Instance.NetworkThrough != 0 || (node.Peer.Endpoint!.IsUnix && plan.Instance.FilesThrough != 0))
        {
            return node with { Restraint = "connection only: it is inside nginx's container" };
        }

        if (plan.Location!.Effective($"{plan.Location.DirectivePrefix}_ssl_certificate").Value is { Length: > 0 } && plan.Location.Scheme is "https" or "grpcs" or "suwsgi")
        {
            return node with { Restraint = "connection only: nginx shows it a client certificate, which why502 does not use" };
        }

        var request = UpstreamRequest.Of(plan, node.Address, 1);
        return asker.Refusal(request) is { } refusal
            ? node with { Restraint = $"connection only: {refusal}" }
            : node with { Ask = request, Restraint = request is HttpGet or FastCgiGet or UwsgiGet or ScgiGet or MemcachedGet or GrpcHealth ? null : "no request: why502 cannot make this protocol's" };
    }

    private static string? FullOf(Node node, IReadOnlyList<Answer> loads)
        => loads.FirstOrDefault(answer => answer.Question.Equals(new ServerLoad(node.Address)))?.Fact is not ServerLoadFact load || !Probing.IsFull(load) ? null
            : load.QueueLength > 0 ? $"not asked: {load.QueueLength} of its connections wait to be accepted"
            : $"not asked: {load.BusyWorkers} of its {load.Workers} workers are busy";

    private static Connect Connect(CasePlan plan, Node node)
        => Probing.Connect(plan.Instance, Endpoint.TryParse(node.Address, 0, out var address) ? address : node.Peer.Endpoint!);

    private static NodeDial DialOf(ProbeOutcome outcome) => outcome switch
    {
        ProbeOutcome.Ok => NodeDial.Accepts,
        ProbeOutcome.TimedOut => NodeDial.Silent,
        ProbeOutcome.Refused or ProbeOutcome.NotFound or ProbeOutcome.Unreachable or ProbeOutcome.Reset => NodeDial.Refuses,
        _ => NodeDial.Unknown,
    };
}
