using Why502.Logs;
using Why502.Nginx;

namespace Why502.Diagnosis.Readings;

/// <summary>A sign of the protocol that the upstream's port speaks.</summary>
/// <param name="Topic">Counts once per cause.</param>
/// <param name="Spoken">Null: another one than nginx expects, whichever it is.</param>
/// <param name="Because">A clause that says what was seen.</param>
public sealed record ProtocolSign(string Topic, string Source, WireProtocol? Spoken, Weight.Step Step, string Because)
{
    public string? File { get; init; }

    public int? Line { get; init; }

    public Weight For => Step.For(Because).At(File, Line);

    public Weight Against => Step.Against(Because).At(File, Line);
}

/// <summary>What nginx is told to speak to an upstream, and everything that shows what the upstream speaks.</summary>
public static class ProtocolReading
{
    private const string OwnAnswer = "greeting";

    /// <summary>The protocol of the pass directive, or of the scheme that the log line names; null when neither is known.</summary>
    public static WireProtocol? Expected(Incident incident) => (incident.Scheme ?? incident.Location?.Scheme ?? incident.Location?.DirectivePrefix) switch
    {
        "http" or "proxy" => incident.Location?.Effective("proxy_http_version").Value == "2" ? WireProtocol.Http2 : WireProtocol.Http1,
        "https" or "grpcs" or "suwsgi" => WireProtocol.Tls,
        "fastcgi" => WireProtocol.FastCgi,
        "uwsgi" => WireProtocol.Uwsgi,
        "scgi" => WireProtocol.Scgi,
        "grpc" => WireProtocol.Http2,
        "memcached" => WireProtocol.Memcached,
        _ => OfMessage(incident.MessageId ?? ""),
    };

    /// <summary>Which of nginx's modules wrote the message: a fragment may have lost the rest.</summary>
    private static WireProtocol? OfMessage(string id) => id switch
    {
        _ when id.Contains("fastcgi", StringComparison.Ordinal) => WireProtocol.FastCgi,
        _ when id.Contains("-http-uwsgi", StringComparison.Ordinal) => WireProtocol.Uwsgi,
        _ when id.Contains("-http-scgi", StringComparison.Ordinal) => WireProtocol.Scgi,
        _ when id.Contains("http2", StringComparison.Ordinal) || id.Contains("-http-grpc", StringComparison.Ordinal) || id.Contains("-http-proxy-v2", StringComparison.Ordinal) => WireProtocol.Http2,
        _ when id.StartsWith("memcached-", StringComparison.Ordinal) => WireProtocol.Memcached,
        _ when id.StartsWith("upstream-sent-", StringComparison.Ordinal) => WireProtocol.Http1,
        _ => null,
    };

    /// <summary>True when nginx's message says that the answer had begun in the protocol it expects; false when its first bytes are the ones it stopped at; null when that is open.</summary>
    public static bool? BeganRight(Incident incident)
        => incident.Kind != SymptomKind.OtherMessage || incident.MessageId is not { } id ? null
            : incident.Phase == Phase.Body ? true
            : AnswerBytes.Shown(id, incident.Message) switch
            {
                null => null,
                [] => true,
                _ => false,
            };

    public static string Name(WireProtocol? protocol) => protocol switch
    {
        WireProtocol.Http1 => "HTTP",
        WireProtocol.Http2 => "HTTP/2 (gRPC)",
        WireProtocol.Tls => "TLS",
        WireProtocol.FastCgi => "FastCGI",
        WireProtocol.Uwsgi => "uwsgi",
        WireProtocol.Scgi => "SCGI or CGI",
        WireProtocol.Memcached => "the memcached protocol",
        WireProtocol.Ajp => "AJP",
        WireProtocol.Other => "the protocol of another service",
        _ => "another protocol",
    };

    /// <summary>Whether an answer of the one is an answer of the other: uwsgi and SCGI servers answer with a CGI header or an HTTP status line (ngx_http_uwsgi_process_status_line).</summary>
    public static bool Fits(WireProtocol expected, WireProtocol? spoken)
        => spoken == expected || (expected == WireProtocol.Uwsgi && spoken == WireProtocol.Scgi);

    public static IReadOnlyList<ProtocolSign> Signs(Incident incident, Observations seen)
    {
        var answer = Handshake(incident, seen) ?? Greeting(incident, seen);
        var signs = new[] { Bytes(incident), Pool(incident, seen), Process(incident, seen), HttpServer(incident, seen), BlockSize(incident, seen), Modifier(incident, seen), Complaint(incident, seen), Records(incident, seen), Said(incident, seen), answer, Refused(incident), Written(incident) }.OfType<ProtocolSign>();
        return [.. HasSpoken(answer) ? signs.Where(sign => sign.Step != Weight.Weak) : signs];
    }

    /// <summary>The port itself has told what it speaks: then hints, and how ports of its kind mostly behave, count for nothing.</summary>
    public static bool HasSpoken(IReadOnlyList<ProtocolSign> signs) => signs.Any(HasSpoken);

    private static bool HasSpoken(ProtocolSign? sign) => sign is { Topic: OwnAnswer, Spoken: not null } && sign.Step == Weight.Decisive;

    /// <summary>The sign that settles that another protocol than nginx's is spoken there; null when none does.</summary>
    public static ProtocolSign? Other(Incident incident, Observations seen)
        => Expected(incident) is { } expected ? Signs(incident, seen).FirstOrDefault(sign => sign.Step == Weight.Decisive && !Fits(expected, sign.Spoken)) : null;

    /// <summary>The bytes that nginx's own message shows are the answer's, whoever sent it.</summary>
    private static ProtocolSign? Bytes(Incident incident)
    {
        if (incident.Kind != SymptomKind.OtherMessage || incident.Phase == Phase.Body || incident.MessageId is not { } id || AnswerBytes.Shown(id, incident.Message) is not { Length: > 0 } bytes)
        {
            return null;
        }

        return AnswerBytes.ProtocolOf(bytes) is { } spoken
            ? new("message", Sources.ErrorLog, spoken, Weight.Decisive, $"the answer begins with \"{AnswerBytes.Text(bytes)}\", as {Name(spoken)} does")
            : null;
    }

    private static ProtocolSign? Pool(Incident incident, Observations seen)
        => incident.Peer is { } peer && (!incident.Instance.FromFiles || seen.Known(new PhpFpmPools()) is not null) && ServiceReading.PoolFor(peer, seen) is { } pool
            ? new("pool", Sources.Machine, WireProtocol.FastCgi, Weight.Strong, $"PHP-FPM's pool {pool.Name} listens there, which speaks FastCGI only") { File = pool.File, Line = pool.ListenLine }
            : null;

    /// <summary>Servers that speak one protocol whatever their configuration says.</summary>
    private static ProtocolSign? Process(Incident incident, Observations seen)
    {
        // With files there are listeners only where somebody pasted them.
        var processes = incident.Instance.FromFiles && seen.Known(new TcpListeners()) is null ? [] : SocketReading.ServingProcesses(incident, incident.Peer, seen);
        if (processes.Count == 0)
        {
            return null;
        }

        var name = processes[0].Name;
        var spoken = name switch
        {
            _ when name.StartsWith("php-fpm", StringComparison.Ordinal) => WireProtocol.FastCgi,
            "memcached" => WireProtocol.Memcached,
            "redis-server" or "valkey-server" or "mysqld" or "mariadbd" or "postgres" or "mongod" or "sshd" => WireProtocol.Other,
            _ => (WireProtocol?)null,
        };
        return spoken is { } known ? new("process", Sources.Machine, known, Weight.Strong, $"{Words.Processes(processes)} listens there, which speaks {Name(known)}") : null;
    }

    /// <summary>App servers that know HTTP and none of the binary protocols of a CGI family; newer gunicorns speak uwsgi when they are told to.</summary>
    private static ProtocolSign? HttpServer(Incident incident, Observations seen)
        => Expected(incident) is WireProtocol.FastCgi or WireProtocol.Uwsgi or WireProtocol.Scgi && incident is { Instance.FromFiles: false, Peer: { } peer }
            && SettingsReading.Of(incident, seen)?.FactOrNull is { Stack: "gunicorn" or "uvicorn" or "hypercorn" or "waitress" or "waitress-serve" or "puma" or "unicorn" } server
            && !(server.Stack == "gunicorn" && SocketReading.ServingProcesses(incident, peer, seen).Any(process => process.CommandLine?.Contains("uwsgi", StringComparison.Ordinal) == true))
            ? new("process", Sources.Machine, WireProtocol.Http1, Weight.Decisive, $"{server.Stack} listens there, which speaks HTTP and no {Name(Expected(incident))}")
            : null;

    /// <summary>
    /// uwsgi_proto_uwsgi_parser() takes bytes 2 and 3 of whatever comes for the request's size: of a request line they are letters
    /// ("GET" is 21573).
    /// </summary>
    private static ProtocolSign? BlockSize(Incident incident, Observations seen)
        => AppLogReading.Of(incident, seen).LastOrDefault(logged => IsRequestLine(logged) && !IsGreeting(logged, incident)) is { } said
            ? new("block size", Sources.AppLog, WireProtocol.Uwsgi, Weight.Decisive, $"uWSGI took the letters of an HTTP request line for a size: {said.Text}") { File = said.Line.File, Line = said.Line.Line }
            : null;

    /// <summary>HTTP/2's preface begins with PRI (RFC 9113, 3.4): it is nginx's only where nginx speaks HTTP/2, and anybody else's who greets the port, why502's too.</summary>
    private static bool IsGreeting(AppLogEvent logged, Incident incident) => logged.Value == ('R' | 'I' << 8) && Expected(incident) != WireProtocol.Http2;

    /// <summary>FastCGI's version 1 is the first byte of each record; uWSGI takes it for modifier1, and 1 is a plugin that it rarely has.</summary>
    private static ProtocolSign? Modifier(Incident incident, Observations seen)
        => Expected(incident) == WireProtocol.FastCgi && AppLogReading.Of(incident, seen).LastOrDefault(logged => logged is { Kind: AppEventKind.UnknownModifier, Value: 1 }) is { } said
            ? new("block size", Sources.AppLog, WireProtocol.Uwsgi, Weight.Decisive, $"uWSGI took FastCGI's version for a modifier of its own: {said.Text}") { File = said.Line.File, Line = said.Line.Line }
            : null;

    /// <summary>A TLS server tells in its log, and often in its answer, that an HTTP request came.</summary>
    private static ProtocolSign? Complaint(Incident incident, Observations seen)
        => Expected(incident) is not null and not WireProtocol.Tls && AppLogReading.Of(incident, seen).LastOrDefault(logged => logged.Kind == AppEventKind.PlainRequestToTls) is { } said
            ? new("complaint", Sources.AppLog, WireProtocol.Tls, Weight.Strong, $"the app says that it speaks TLS and was sent something else: {said.Text}") { File = said.Line.File, Line = said.Line.Line }
            : null;

    /// <summary>A server of HTTP shows the bytes that it could not read as a request line, and they are FastCGI's.</summary>
    private static ProtocolSign? Records(Incident incident, Observations seen)
        => Expected(incident) == WireProtocol.FastCgi && AppLogReading.Of(incident, seen).LastOrDefault(logged => logged.Kind == AppEventKind.RecordsToHttp) is { } said
            ? new("complaint", Sources.AppLog, WireProtocol.Http1, Weight.Decisive, $"the app looked for an HTTP request line and got FastCGI's records: {said.Text}") { File = said.Line.File, Line = said.Line.Line }
            : null;

    /// <summary>What the app itself said when it began to listen there.</summary>
    private static ProtocolSign? Said(Incident incident, Observations seen)
    {
        if ((incident.Peer ?? OnlyPeer(incident)) is not { } peer || Expected(incident) is not { } expected
            || AppLogReading.Of(incident, seen).LastOrDefault(logged => logged is { Kind: AppEventKind.ListeningOn, Address: { } address } && (peer.IsUnix ? ServiceReading.Means(address, peer) : logged.Port == peer.Port) && SpokenWhere(logged.Text) is not null) is not { } said
            || SpokenWhere(said.Text) is not { } spoken)
        {
            return null;
        }

        var (weight, words) = Says(said.Text, AnySocketOfUwsgi) ? (Weight.Weak, "the app calls what it listens on a uwsgi socket")
            : (Fits(expected, spoken) ? Weight.Strong : Weight.Decisive, $"the app says that it listens there for {Name(spoken)}");
        return new("said", Sources.AppLog, spoken, weight, $"{words}: {said.Text}") { File = said.Line.File, Line = said.Line.Line };
    }

    /// <summary>Where the only location goes, for a failure that the app alone tells of.</summary>
    private static Endpoint? OnlyPeer(Incident incident)
        => incident is { Kind: SymptomKind.AppLogged, Location.Peers: [{ Endpoint: { IsName: false } only }] } ? only : null;

    /// <summary>So uWSGI calls each of its sockets, also one that speaks HTTP (http-socket; core/socket.c, uwsgi_bind_sockets()).</summary>
    private const string AnySocketOfUwsgi = "uwsgi socket ";

    /// <summary>A URL's scheme, Tomcat's and Spring Boot's word for a connector (<c>port 8443 (https)</c>), and uWSGI's sockets and its router (plugins/http/http.c).</summary>
    private static WireProtocol? SpokenWhere(string text)
        => Says(text, AnySocketOfUwsgi) ? WireProtocol.Uwsgi
            : Says(text, "uWSGI http bound on ") ? WireProtocol.Http1
            : Says(text, "https://") || Says(text, "(https)") ? WireProtocol.Tls
            : Says(text, "http://") || Says(text, "(http)") ? WireProtocol.Http1
            : null;

    /// <summary>A size that uWSGI read out of the letters of a request line: nothing was too large.</summary>
    public static bool IsRequestLine(AppLogEvent logged)
        => logged is { Kind: AppEventKind.RequestTooLarge, Log: not (AppLogKind.PhpFpm or AppLogKind.Gunicorn), Value: { } size } && IsLetters(size);

    private static bool IsLetters(long size) => char.IsAsciiLetterUpper((char)(size & 0xff)) && char.IsAsciiLetterUpper((char)(size >> 8));

    private static ProtocolSign? Handshake(Incident incident, Observations seen)
        => (MayGreet(incident, seen) || MayBeShown(incident)) && seen.Ask(Probing.Handshake(incident.Instance, incident.Peer!)).FactOrNull is { Outcome: ProbeOutcome.Ok } tls
            ? new(OwnAnswer, Sources.Probe, WireProtocol.Tls, Weight.Decisive, $"a TLS handshake with {incident.Peer} succeeds ({tls.Protocol})")
            : null;

    /// <summary>What the port answers to greetings, where it may be greeted.</summary>
    public static PortProtocolFact? Greeted(Incident incident, Observations seen)
        => MayGreet(incident, seen) && Addresses.IsInOwnNetwork(incident.Peer!, seen.Ask(new MachineState()).FactOrNull) && Probing.HasRoom(incident, seen)
            ? seen.Ask(Probing.Protocol(incident.Instance, incident.Peer!)).FactOrNull
            : null;

    private static ProtocolSign? Greeting(Incident incident, Observations seen)
    {
        if (Greeted(incident, seen) is not { Spoken: { } spoken, ExpectsProxyHeader: false } port)
        {
            return null;
        }

        // A server that speaks TLS mostly refuses plain bytes in plain HTTP (nginx, Apache, Go): only a handshake that gets such an answer, too, tells.
        if (Expected(incident) == WireProtocol.Tls && seen.Ask(Probing.Handshake(incident.Instance, incident.Peer!)).FactOrNull is not { Refusal: TlsRefusal.NotTls })
        {
            return null;
        }

        // A server may speak HTTP/2 and HTTP/1.1 on one port: then the preface alone does not tell.
        var both = spoken == WireProtocol.Http2 && Expected(incident) == WireProtocol.Http1 && incident.Kind != SymptomKind.OtherMessage;
        return new(OwnAnswer, Sources.Probe, spoken, both ? Weight.Moderate : Weight.Decisive, $"{incident.Peer} answers {port.Greeting} as {Name(spoken)} does{(port.FirstBytes is { Length: > 0 } first ? $": {first}" : "")}");
    }

    /// <summary>Files may hold a handshake that somebody made by hand.</summary>
    private static bool MayBeShown(Incident incident) => incident is { Instance.FromFiles: true, Peer: not null, Kind: SymptomKind.ClosedEarly or SymptomKind.Reset or SymptomKind.OtherMessage or SymptomKind.Answered };

    /// <summary>Only where something closed or answered in no protocol that was expected, and where nothing was ever answered.</summary>
    private static bool MayGreet(Incident incident, Observations seen)
        => incident is { Peer: { IsName: false } peer, FromProbe: false, Instance: { FromFiles: false, Running: true } instance } && (instance.FilesThrough == 0 || !peer.IsUnix) && Expected(incident) is not null
            && (incident.Traffic.Succeeded == 0 || incident.Kind is SymptomKind.Answered or SymptomKind.OtherMessage)
            && incident.Location?.Peers.Any(target => target.Down && target.Endpoint?.ToString() == peer.ToString()) != true
            && seen.Ask(new MachineState()).FactOrNull is not null;

    /// <summary>
    /// RFC 9113 §7, HTTP_1_1_REQUIRED: the whole connection is ended with it by a server that knows HTTP/2 just well enough to say that this port
    /// has none (Kestrel's Http1 endpoints). Of a single stream (RST_STREAM) it may be about that request.
    /// </summary>
    private static ProtocolSign? Refused(Incident incident)
        => IsHttp1Required(incident) ? new("message", Sources.ErrorLog, WireProtocol.Http1, Weight.Decisive, "the server refuses HTTP/2 on this port and asks for HTTP/1.1 (GOAWAY with HTTP_1_1_REQUIRED)") : null;

    /// <summary>The server ended the connection because nginx speaks HTTP/2 to it.</summary>
    public static bool IsHttp1Required(Incident incident)
        => incident.MessageId?.StartsWith("upstream-sent-goaway-with-error", StringComparison.Ordinal) == true && incident.Message.Contains("with error 13", StringComparison.Ordinal);

    /// <summary>Ports that IANA and distributions give to one protocol, and socket names that say it.</summary>
    private static ProtocolSign? Written(Incident incident)
    {
        if (incident.Peer is not { } peer || Expected(incident) is not { } expected)
        {
            return null;
        }

        var path = peer.UnixPath ?? "";
        var (spoken, step) = peer switch
        {
            { IsUnix: true } when Says(path, "fpm") || Says(path, "fcgi") || Says(path, "fastcgi") => (WireProtocol.FastCgi, Weight.Strong),
            { IsUnix: true } when Says(path, "scgi") => (WireProtocol.Scgi, Weight.Moderate),
            { IsUnix: true } when Says(path, "uwsgi") => (WireProtocol.Uwsgi, Weight.Moderate),
            { Port: 443 } => (WireProtocol.Tls, Weight.Strong),
            { Port: 8443 or 9443 } => (WireProtocol.Tls, Weight.Moderate),
            { Port: 50051 } => (WireProtocol.Http2, Weight.Moderate),
            { Port: 9000 } when expected == WireProtocol.Http1 => (WireProtocol.FastCgi, Weight.Weak),
            { Port: 80 } when expected is WireProtocol.FastCgi or WireProtocol.Uwsgi or WireProtocol.Scgi => (WireProtocol.Http1, Weight.Strong),
            { Port: 80 or 8080 or 8000 or 3000 or 5000 } => (WireProtocol.Http1, Weight.Moderate),
            { Port: 11211 } => (WireProtocol.Memcached, Weight.Strong),
            { Port: 22 or 25 or 3306 or 5432 or 6379 or 27017 } => (WireProtocol.Other, Weight.Strong),
            _ => ((WireProtocol?)null, Weight.Weak),
        };
        return spoken is { } usual && usual != expected
            ? new("address", Sources.Config, usual, step, $"{peer} is usually {Name(usual)}, and nginx speaks {Name(expected)} to it")
            { File = incident.Location?.At.File, Line = incident.Location?.At.Line }
            : null;
    }

    private static bool Says(string path, string word) => path.Contains(word, StringComparison.OrdinalIgnoreCase);
}
