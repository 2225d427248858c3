using Why502.Diagnosis.Readings;
using Why502.Nginx;

namespace Why502.Diagnosis.Causes.Config;

/// <summary>Another server or location answers than the request was meant for.</summary>
public sealed class WrongServerBlock : Cause
{
    private const string Error = "open() \"/usr/share/nginx/html/cart\" failed (2: No such file or directory), client: 192.0.2.7, server: _, request: \"GET /cart HTTP/1.1\", host: \"www.store.example\"";

    public override CauseInfo Info { get; } = new()
    {
        Id = "wrong-server-block",
        Family = CauseFamily.Config,
        Title = "Another server or location answers than the request was meant for",
        Explanation = """
            nginx chooses the server by the listen address first and by server_name second; where no name matches, the default server of
            that address answers: the first one in the files, unless default_server says otherwise. A name with a slip, without www., or
            only in the server of the other port sends users to a stranger's 404 or to an upstream that is not theirs. Within a server
            a regular expression wins over a longer prefix: location ~* \.js$ takes an app's scripts.
            """,
        LookAlikes = ["proxy-uri-rewrite", "upstream-down", "status-from-config"],
        Remedy = "Put the missing name into the server_name that is meant (or ^~ before the location that is meant) and reload.",
        ProxyError = "destination_not_found",
        Statuses = ["404", "502"],
        Example = new(
            "The site has store.example, and its users ask for www.store.example.",
            string.Join('\n', Enumerable.Repeat(Error, 5)),
            "root /usr/share/nginx/html; } } server { listen 80; server_name store.example; location / { proxy_pass http://127.0.0.1:3000;",
            scene => scene.Listens("127.0.0.1:3000", "node", 812)),
        NearMiss = new(
            "A name that no server resembles: a scanner.",
            string.Join('\n', Enumerable.Repeat(Error.Replace("www.store.example", "mail.other.example", StringComparison.Ordinal), 5)),
            "root /usr/share/nginx/html; } } server { listen 80; server_name store.example; location / { proxy_pass http://127.0.0.1:3000;",
            scene => scene.Listens("127.0.0.1:3000", "node", 812)),
    };

    public override bool Applies(Incident incident)
        => base.Applies(incident) || (incident is { Kind: not (SymptomKind.NotLoaded or SymptomKind.AppLogged), Host: not null } && ServerChoice.Of(incident) is not null);

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        if (incident.Configuration is null)
        {
            return;
        }

        // ngx_http_find_virtual_server and ngx_http_core_find_location, by the routing engine.
        scales.Weigh("choice", Sources.Config, ServerChoice.Of(incident) is { } choice
            ? Weight.Decisive.For($"{choice.Taken}; probably meant is {choice.Meant}").At(choice.At.File, choice.At.Line)
            : Weight.Strong.Against("the server and location that answer are those that the request names"));
    }

    public override SourceLine? PlaceOf(Incident incident, Observations seen) => ServerChoice.Of(incident)?.At;

    public override string Describe(Incident incident, Observations seen)
        => ServerChoice.Of(incident) is { } choice ? choice.Taken : "another server or location answers than the request was meant for";

    /// <summary>What a person has to write, where no edit is certain.</summary>
    private static IEnumerable<FixStep> Unwritten(Incident incident)
        => ServerChoice.Of(incident) is { Listen: { } address } other ? [new($"Give the server that is meant (at {other.At}) the same address, listen {address}, or take the address out of the other server's listen: nginx looks at names only among the servers of the most specific address.")]
            : ServerChoice.Of(incident) is { Edit: null } choice ? [new($"Have the server that is meant name what clients ask for: probably meant is {choice.Meant}.")] : [];

    public override Fix? Propose(Incident incident, Observations seen)
        => new()
        {
            Summary = ServerChoice.Of(incident) is { } choice
                ? choice.Edit is { Directive.Name: var written } change ? $"Write {written} {string.Join(' ', change.Arguments)} at {choice.At}; meant is {choice.Meant}." : $"Mend {choice.At}: {choice.Meant}." : "Let server_name and location match the requests that are meant.",
            Edits = incident.Configuration is { } configuration && ServerChoice.Of(incident)?.Edit is { } edit ? ConfigurationEdit.Apply(configuration, edit).Files : [],
            Steps = [.. Unwritten(incident), new("See the way of one request: why502 config route shows the server, the location and why."), RetargetFix.Reload(incident, "Test and reload.")],
        };
}
