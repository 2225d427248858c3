namespace Why502.Nginx.Routing;

/// <summary>Where nginx takes a request, and how it comes there.</summary>
public sealed record RouteAnswer
{
    /// <summary>Null when nothing listens on the address.</summary>
    public required Server? Server { get; init; }

    /// <summary>The location that is in force in the end; null when the server answers without one.</summary>
    public required Location? Location { get; init; }

    /// <summary>The directive that hands the request to an upstream; null when nginx answers itself.</summary>
    public Directive? Pass { get; init; }

    /// <summary>The URI in the request to the upstream (proxy_pass and grpc_pass); null when none is sent, or when it depends on what is not known.</summary>
    public string? UpstreamUri { get; init; }

    /// <summary>What the pass directive comes to, with its variables put in.</summary>
    public string? UpstreamTarget { get; init; }

    /// <summary>The status nginx answers with; null when the upstream decides.</summary>
    public int? Status { get; init; }

    /// <summary>The Location header as nginx makes it, before it is completed to an absolute URL.</summary>
    public string? Redirect { get; init; }

    /// <summary><c>$uri</c> and <c>$args</c> in the end.</summary>
    public string Uri { get; init; } = string.Empty;

    public string Arguments { get; init; } = string.Empty;

    public IReadOnlyList<RouteStep> Steps { get; init; } = [];

    /// <summary>What could not be known and was assumed.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>One thing that happened to the request, in nginx's order.</summary>
/// <param name="Kind">server, uri, location, rewrite, redirect, access, try_files, index, error, answer or upstream.</param>
public sealed record RouteStep(string Kind, string Text, SourceLine? At);
