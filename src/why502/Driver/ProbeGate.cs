using Why502.Diagnosis;
using Why502.Diagnosis.Readings;
using Why502.Nginx;

namespace Why502.Cli.Driver;

/// <summary>
/// The probe rules, held in one place whatever the causes ask for: connections only to what the configuration names,
/// none to peers marked down, requests only within the machine's own networks, nothing at all with --no-probe.
/// </summary>
internal sealed class ProbeGate(bool probes, string? url)
{
    public const string Off = "probes are off (--no-probe)";

    /// <summary>A name of the configuration that is looked up later may still turn out to be this address.</summary>
    public const string NotNamed = "the configuration does not name this address";

    private int answersSeen = -1;
    private NamedPeers named = NamedPeers.Nothing;

    /// <summary>Why a question may not be asked; null when it may.</summary>
    public string? Refuses(Question question, IReadOnlyDictionary<Question, Answer> answers)
    {
        if (question.Cost == Cost.Read)
        {
            return null;
        }

        if (!probes)
        {
            return Off;
        }

        if (answersSeen != answers.Count)
        {
            named = NamedPeers.Of(answers);
            answersSeen = answers.Count;
        }

        return question switch
        {
            // The user named this one.
            GetThroughNginx => url is null ? "no --url was given" : null,
            StubStatus status => IsOwn(status.Listen, answers) ? null : "it is not an address of this machine",
            Resolve name => RefusesName(name),
            FpmStatus status when IsPool(status, answers) => null,
            _ => RefusesPeer(question, answers),
        };
    }

    /// <summary>The address a question connects to, in one form for all spellings of this machine's loopback.</summary>
    public static string? PeerOf(Question question) => question switch
    {
        Connect ask => ask.Address,
        TlsHandshake ask => ask.Address,
        HttpGet ask => ask.Address,
        FastCgiGet ask => ask.Address,
        FpmStatus ask => ask.Address,
        PortProtocol ask => ask.Address,
        UwsgiGet ask => ask.Address,
        ScgiGet ask => ask.Address,
        MemcachedGet ask => ask.Address,
        GrpcHealth ask => ask.Address,
        StubStatus ask => ask.Listen,
        Resolve ask => $"resolver {ask.Server}",
        GetThroughNginx => "nginx",
        _ => null,
    };

    private string? RefusesName(Resolve ask)
        => !named.Names.Contains(ask.Name) ? "the configuration does not name it"
            : ask.Server.Length > 0 && !named.Resolvers.Contains(ask.Server) ? "the configuration does not name this resolver"
            : null;

    private string? RefusesPeer(Question question, IReadOnlyDictionary<Question, Answer> answers)
    {
        if (PeerOf(question) is not { } text || !Endpoint.TryParse(text, 0, out var peer))
        {
            return "it is no address";
        }

        if (named.Down.Contains(peer.ToString()))
        {
            return "the configuration marks it down";
        }

        if (!named.Contains(peer))
        {
            return NotNamed;
        }

        return question.Cost == Cost.Request && url is null && !Addresses.IsInOwnNetwork(peer, Machine(answers)) && !named.IsLoopbackName(peer)
            ? "it is outside this machine's own networks; only connections are tried there"
            : null;
    }

    private static bool IsOwn(string listen, IReadOnlyDictionary<Question, Answer> answers)
        => Endpoint.TryParse(listen, 80, out var endpoint)
            && (endpoint.IsLoopback || Addresses.IsLocal(endpoint, Machine(answers)) == true || endpoint.Host is "0.0.0.0" or "::");

    /// <summary>A pool's own status address stands in its pool file, not in nginx's configuration.</summary>
    private static bool IsPool(FpmStatus ask, IReadOnlyDictionary<Question, Answer> answers)
        => answers.TryGetValue(new PhpFpmPools(), out var answer) && answer.Fact is PhpFpmPoolsFact pools
            && pools.Pools.Any(pool => pool.Listen == ask.Address || pool.StatusListen == ask.Address)
            && Endpoint.TryParse(ask.Address, 9000, out var endpoint)
            && Addresses.IsInOwnNetwork(endpoint, Machine(answers));

    private static MachineStateFact? Machine(IReadOnlyDictionary<Question, Answer> answers)
        => answers.TryGetValue(new MachineState(), out var answer) ? answer.Fact as MachineStateFact : null;
}
