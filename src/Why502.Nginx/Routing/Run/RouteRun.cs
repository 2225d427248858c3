using System.Globalization;

namespace Why502.Nginx.Routing;

/// <summary>
/// One request on its way through nginx's phases (ngx_http_core_run_phases). The fields are those of ngx_http_request_t that routing
/// depends on; texts have one character per byte.
/// </summary>
internal sealed partial class RouteRun
{
    /// <summary>NGX_HTTP_MAX_URI_CHANGES, and one: the change that makes it zero is refused.</summary>
    private const int UriChangesMax = 11;

    private readonly RoutingTable table;
    private readonly IRouteFiles files;
    private readonly RouteRequest request;
    private readonly RouteRun? parent;
    private readonly List<RouteStep> steps;
    private readonly List<string> notes;
    private readonly Dictionary<string, string> set;

    private Scope server = null!;
    private Scope scope = null!;
    private ListenAddress? listenAddress;
    private RequestTarget target = null!;
    private ContentHandler? contentHandler;

    private string method = "GET";
    private string uri = string.Empty;
    private string args = string.Empty;
    private string unparsedUri = string.Empty;
    private string hostName = string.Empty;
    private bool validUnparsedUri;
    private bool quotedUri;
    private bool plusInUri;
    private bool isInternal;
    private bool validLocation;
    private bool uriChanged;
    private bool errorPageShown;
    private bool addUriToAlias;
    private int uriChanges = UriChangesMax;
    private int errorStatus;
    private PatternMatch captures = PatternMatch.None;

    private int? status;
    private string? redirect;
    private Directive? pass;
    private string? upstreamUri;
    private string? upstreamTarget;

    public RouteRun(RoutingTable table, RouteRequest request, IRouteFiles files)
    {
        this.table = table;
        this.request = request;
        this.files = files;
        steps = [];
        notes = [];
        set = new Dictionary<string, string>(StringComparer.Ordinal);
        cached = new Dictionary<string, string>(StringComparer.Ordinal);
    }

    private enum Phase
    {
        ServerRewrite,
        FindConfig,
        Rewrite,
        PostRewrite,
        Access,
        PreContent,
        Content,
        Done,
    }

    public string Client => ByteText.Of(request.Client ?? (request.Listen is { } listen && Listen.Normalise(listen).Address.StartsWith('[') ? "::1" : "127.0.0.1"));

    /// <summary>From the connection to the answer.</summary>
    public RouteAnswer Run()
    {
        if (Connect() is { } candidates)
        {
            Process(candidates, null);
        }

        return Answer();
    }

    /// <summary>The same for a server that is known already.</summary>
    public RouteAnswer Within(Server chosen)
    {
        Process([chosen], chosen);
        return Answer();
    }

    private RouteAnswer Answer()
    {
        var sent = upstreamUri is not null && ByteText.IsKnown(upstreamUri) ? upstreamUri : null;
        if (upstreamUri is not null && sent is null)
        {
            Note("what is sent upstream depends on a value that is not known here");
        }

        return new RouteAnswer
        {
            Server = server?.Server,
            Location = scope?.Location,
            Pass = pass,
            UpstreamUri = sent is null ? null : ByteText.ToText(sent),
            UpstreamTarget = upstreamTarget is null ? null : ByteText.ToText(upstreamTarget),
            Status = status,
            Redirect = redirect is null ? null : ByteText.ToText(redirect),
            Uri = ByteText.ToText(uri),
            Arguments = ByteText.ToText(args),
            Steps = steps,
            Notes = notes,
        };
    }

    private void RunPhases(Phase phase)
    {
        while (phase != Phase.Done)
        {
            phase = phase switch
            {
                Phase.ServerRewrite => ServerRewrite(),
                Phase.FindConfig => FindConfig(),
                Phase.Rewrite => LocationRewrite(),
                Phase.PostRewrite => PostRewrite(),
                Phase.Access => Access(),
                Phase.PreContent => TryFiles(),
                _ => Content(),
            };
        }
    }

    /// <summary>ngx_http_core_find_config_phase.</summary>
    private Phase FindConfig()
    {
        contentHandler = null;
        uriChanged = false;
        var found = FindLocation();
        if (found == Found.Failed)
        {
            return Finalize(500, "an expression took too long on this URI");
        }

        if (!isInternal && scope.IsInternal)
        {
            Step("location", $"{scope.Text} is internal: not for requests from outside", scope.Block.At);
            return Finalize(404, null);
        }

        Step("location", scope.Location is null ? "no location matches: the server itself answers" : $"{scope.Text}: {HowFound(found)}", scope.Block.At);
        UpdateLocationConfig();
        if (found == Found.Redirected)
        {
            redirect = UriEscape.Path(scope.Name) + (args.Length > 0 ? "?" + args : string.Empty);
            return Finalize(301, $"its path with a slash at the end is handed on, so clients are sent there: {redirect}");
        }

        return Phase.Rewrite;
    }

    /// <summary>ngx_http_update_location_config.</summary>
    private void UpdateLocationConfig()
    {
        if (scope.Kind == ScopeKind.Location && scope.Limited is { } limited && limited.Limits(method))
        {
            scope = limited.Scope;
            Step("location", $"{method} is not among the methods of limit_except", scope.Block.At);
        }

        if (scope.Handler.Kind != HandlerKind.None)
        {
            contentHandler = scope.Handler;
        }
    }

    /// <summary>ngx_http_core_post_rewrite_phase.</summary>
    private Phase PostRewrite()
    {
        if (!uriChanged)
        {
            return Phase.Access;
        }

        if (--uriChanges == 0)
        {
            return Finalize(500, "rewrite or internal redirection cycle");
        }

        scope = server;
        return Phase.FindConfig;
    }

    /// <summary>ngx_http_internal_redirect.</summary>
    private Phase InternalRedirect(string newUri, string newArgs)
    {
        if (--uriChanges == 0)
        {
            return Finalize(500, "rewrite or internal redirection cycle");
        }

        uri = newUri;
        args = newArgs;
        scope = server;
        isInternal = true;
        validUnparsedUri = false;
        addUriToAlias = false;
        validLocation = true;
        Step("redirect", $"internal redirect to {UriText()}", null);
        return Phase.ServerRewrite;
    }

    /// <summary>ngx_http_named_location.</summary>
    private Phase NamedLocation(string name)
    {
        if (--uriChanges == 0)
        {
            return Finalize(500, "rewrite or internal redirection cycle");
        }

        if (uri.Length == 0)
        {
            return Finalize(500, "empty URI in redirect to a named location");
        }

        if (server.Children.Named(name) is not { } found)
        {
            return Finalize(500, $"could not find named location \"{ByteText.ToText(name)}\"");
        }

        isInternal = true;
        contentHandler = null;
        uriChanged = false;
        scope = found;
        Step("location", $"{scope.Text}: named in the redirect", scope.Block.At);
        UpdateLocationConfig();
        return Phase.Rewrite;
    }

    private string UriText() => ByteText.ToText(args.Length > 0 ? $"{uri}?{args}" : uri);

    private void Step(string kind, string text, SourceLine? at)
    {
        if (parent is null)
        {
            steps.Add(new RouteStep(kind, text, at));
        }
        else
        {
            steps.Add(new RouteStep(kind, "subrequest: " + text, at));
        }
    }

    private void Note(string text)
    {
        if (!notes.Contains(text))
        {
            notes.Add(text);
        }
    }

    private static string StatusText(int code) => code.ToString(CultureInfo.InvariantCulture);
}
