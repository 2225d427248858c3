using Why502.Nginx;

namespace Why502.Diagnosis.Readings;

/// <summary>
/// The request of <c>--url</c>: made through nginx before any log is read, so that the line it causes is in the window,
/// and then straight to the upstream where it belongs to an incident or is one itself.
/// </summary>
public sealed class Reproduction
{
    private readonly Uri url;
    private readonly int patienceMs;

    private Reproduction(Uri url, int patienceMs, ResponseFact? response)
    {
        this.url = url;
        this.patienceMs = patienceMs;
        Response = response;
    }

    /// <summary>What a client gets through nginx; null when it could not be asked.</summary>
    public ResponseFact? Response { get; }

    /// <summary>Null without a URL. <paramref name="waiting"/> is true while the request is still to be made: nothing else should be read before it.</summary>
    public static Reproduction? Of(DiagnosisOptions options, Observations seen, out bool waiting)
    {
        waiting = false;
        if (options.Url is not { } text || !Uri.TryCreate(text, UriKind.Absolute, out var url))
        {
            return null;
        }

        var through = seen.Ask(new GetThroughNginx(text, options.PatienceMs));
        waiting = through.Outcome == Outcome.Wanted;
        return new(url, options.PatienceMs, through.FactOrNull);
    }

    public string Line => Response switch
    {
        null => $"GET {url} through nginx could not be made.",
        { Status: { } status } answer => $"GET {url} through nginx answers {status} after {answer.TotalMs:0} ms.",
        { Outcome: ProbeOutcome.TimedOut } answer => $"GET {url} through nginx is not answered within {answer.TotalMs:0} ms.",
        { } answer => $"GET {url} through nginx fails: {answer.Error ?? answer.Outcome.ToString()}.",
    };

    private bool Fails => Response is { Status: >= 500 } or { Status: null };

    private ProxiedLocation? LocationIn(NginxView view) => view.Configuration?.LocationFor(null, url.Authority, url.AbsolutePath, null) ?? view.Configuration?.LocationFor(null, url.Host, url.AbsolutePath, null);

    /// <summary>Marks the incident that the request goes through, or adds the one that it shows and no log told.</summary>
    public void Join(NginxView view, List<Incident> incidents, Observations seen)
    {
        if (LocationIn(view) is not { } location)
        {
            return;
        }

        var known = false;
        for (var index = 0; index < incidents.Count; index++)
        {
            if (incidents[index].Location?.At == location.At && incidents[index].Instance == view.Instance)
            {
                incidents[index] = incidents[index] with { ReproducedPath = url.AbsolutePath };
                known |= incidents[index].State != IncidentState.Recovered;
            }
        }

        if (Fails && !known && Shown(view, location, seen) is { } shown)
        {
            incidents.Add(shown);
        }
    }

    /// <summary>The failure as a direct request shows it.</summary>
    private Incident? Shown(NginxView view, ProxiedLocation location, Observations seen)
    {
        if (location.Peers.Select(target => target.Endpoint).FirstOrDefault(endpoint => endpoint is { IsName: false }) is not { } peer
            || location.Kind != PassKind.Proxy
            || seen.Ask(new HttpGet(peer.ToString(), location.Scheme ?? "http", url.Authority, url.AbsolutePath, "1.0", patienceMs)).FactOrNull is not { } direct
            || Kind(direct, location) is not var (kind, phase, how, errno))
        {
            return null;
        }

        return new()
        {
            Id = "",
            Kind = kind,
            Phase = phase,
            Side = kind == SymptomKind.HeaderTooBig ? Side.Nginx : Side.Upstream,
            How = how,
            Errno = errno,
            Message = Line,
            Instance = view.Instance,
            Configuration = view.Configuration,
            Location = location,
            Peer = peer,
            Group = location.Group,
            Scheme = location.Scheme,
            Server = location.Server.FirstName,
            Host = url.Authority,
            Routes = [url.AbsolutePath],
            State = IncidentState.Current,
            Requests = 1,
            First = seen.Now,
            Last = seen.Now,
            Traffic = PeerTraffic.Nothing,
            ReproducedPath = url.AbsolutePath,
        };
    }

    private static (SymptomKind, Phase, How, int?)? Kind(ResponseFact direct, ProxiedLocation location) => direct.Outcome switch
    {
        ProbeOutcome.Refused => (SymptomKind.ConnectFailed, Phase.Connect, How.Refused, 111),
        ProbeOutcome.NotFound => (SymptomKind.ConnectFailed, Phase.Connect, How.Refused, 2),
        ProbeOutcome.QueueFull => (SymptomKind.ConnectFailed, Phase.Connect, How.Limit, 11),
        ProbeOutcome.TimedOut when direct.ConnectMs is null => (SymptomKind.TimedOut, Phase.Connect, How.Timeout, 110),
        ProbeOutcome.TimedOut => (SymptomKind.TimedOut, Phase.Header, How.Timeout, 110),
        ProbeOutcome.Closed => (SymptomKind.ClosedEarly, Phase.Header, How.Closed, null),
        ProbeOutcome.Reset => (SymptomKind.Reset, Phase.Header, How.Reset, 104),
        ProbeOutcome.Ok when direct.HeaderBytes > location.BufferSize => (SymptomKind.HeaderTooBig, Phase.Header, How.Limit, null),
        ProbeOutcome.Ok when direct.HeaderMs > location.ReadTimeout.TotalMilliseconds => (SymptomKind.TimedOut, Phase.Header, How.Timeout, 110),
        _ => null,
    };
}
