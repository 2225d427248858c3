namespace Why502.Diagnosis;

/// <summary>
/// One <c>get</c> of a key that is not there: memcached answers END and keeps nothing of it but a miss more in its statistics
/// (memcached's protocol.txt, "Retrieval command").
/// </summary>
public sealed record MemcachedGet(string Address, int PatienceMs) : Question<ResponseFact>, IAskedFrom
{
    public override Cost Cost => Cost.Request;

    /// <inheritdoc cref="IAskedFrom.ThroughPid"/>
    public int ThroughPid { get; init; }

    public override string What => $"get straight to memcached {Address}";

    public override string WouldTell => "whether the server answers when nginx is not between";
}

/// <summary>
/// One unary call of gRPC's health service, which changes nothing: HEADERS and DATA of HTTP/2 as a client sends them. A server without
/// this service answers UNIMPLEMENTED, and that is an answer.
/// </summary>
/// <param name="Scheme">grpc or grpcs.</param>
/// <param name="Host">The <c>:authority</c>.</param>
public sealed record GrpcHealth(string Address, string Scheme, string Host, int PatienceMs) : Question<ResponseFact>, IAskedFrom
{
    public const string Path = "/grpc.health.v1.Health/Check";

    public override Cost Cost => Cost.Request;

    /// <inheritdoc cref="IAskedFrom.ThroughPid"/>
    public int ThroughPid { get; init; }

    /// <summary>SNI; empty sends none.</summary>
    public string ServerName { get; init; } = "";

    /// <inheritdoc cref="HttpGet.AnnouncesProxy"/>
    public bool AnnouncesProxy { get; init; }

    public override string What => $"{Path} at {Address}";

    public override string WouldTell => "whether the app answers a call";
}
