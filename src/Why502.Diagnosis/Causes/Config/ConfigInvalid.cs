using Why502.Diagnosis.Readings;
using Why502.Nginx;

namespace Why502.Diagnosis.Causes.Config;

/// <summary>nginx refuses the configuration on disk.</summary>
public sealed class ConfigInvalid : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "config-invalid",
        Family = CauseFamily.Config,
        Title = "nginx refuses the configuration on disk",
        Explanation = """
            nginx reads its whole configuration before it starts or reloads, and stops at the first mistake with [emerg] and the line. At
            a start there is no nginx then; at a reload the old configuration goes on, so that everything seems well until the next
            restart, and nothing that was changed since takes effect.
            Not only mistakes of spelling: a certificate that is not there, an address that another program has, a name that does not
            resolve. A valid configuration that was not loaded yet is config-not-reloaded.
            """,
        LookAlikes = ["config-not-reloaded", "dns-name-not-found"],
        Remedy = "Mend the line that nginx names, and test until nginx -t passes; then start or reload.",
        DoNot = "Do not restart nginx to see whether it helps: as long as the old one runs it serves.",
        ProxyError = "proxy_configuration_error",
        Statuses = ["-"],
        Prior = Prior.Common,
        Example = new(
            "A directive is misspelt, and the reload was refused.",
            "[emerg] 820#820: unknown directive \"proxy_passs\" in /etc/nginx/nginx.conf:1",
            "proxy_pass http://127.0.0.1:3000;",
            scene => scene.Listens("127.0.0.1:3000", "node", 812).ConfigurationChanged("unknown directive \"proxy_passs\"")),
        NearMiss = new(
            "The file on disk is valid and was not loaded yet.",
            "connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://127.0.0.1:3000/\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:3001;",
            scene => scene.Listens("127.0.0.1:3001", "node", 812).ConfigurationChanged(),
            Expect: "config-not-reloaded"),
    };

    public override bool Applies(Incident incident) => incident.Kind == SymptomKind.NotLoaded || IsForeignBind(incident) || (incident.Kind == SymptomKind.AppLogged && incident.Candidates.Contains(Id));

    /// <summary>It loads, and no request can be passed with it: bind(2) answers 99 for an address that is not the machine's (98 where its ports are used up).</summary>
    private static bool IsForeignBind(Incident incident) => incident is { MessageId: "bind-failed", Errno: 99 };

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        if (IsForeignBind(incident))
        {
            var set = Bind(incident);
            scales.Weigh("errno", Sources.ErrorLog, Weight.Decisive.For($"{set?.ToString() ?? "the address to connect from"} is no address of this machine: bind() failed with errno 99").At(set?.At?.File, set?.At?.Line));
            return;
        }

        // ngx_init_cycle writes [emerg] when, and only when, it gives the configuration up; where the message has a cause of its own, that one is what has to be changed.
        var others = incident.Candidates.Any(candidate => candidate != Id && CauseRegistry.Find(candidate) is not null);
        if (incident.MessageId is not null && !others)
        {
            scales.Weigh("message", Sources.ErrorLog, Weight.Decisive.For($"nginx gave the configuration up: {incident.Message}"));
        }

        if (!others && incident is { Supposed: true, ConfigAt: { } mistake })
        {
            scales.Weigh("given", Sources.Config, Weight.Moderate.For($"as it was given, nginx would stop here: {incident.Message}").At(mistake.File, mistake.Line));
        }

        if (incident.Instance.FromFiles)
        {
            return;
        }

        if (seen.Known(Question(incident)) is { } disk)
        {
            scales.Weigh("disk", Sources.Config, disk.Errors is [var error, ..]
                ? Weight.Decisive.For($"the configuration on disk would not load: {error.Message}{(error.Hint is null ? "" : $" ({error.Hint})")}").At(error.File, error.Line)
                : incident.Instance.Running ? Weight.Strong.Against("the configuration on disk would load") : Weight.None);
        }

        if (incident.WouldEnd is { } beneath && DiskDifference.Of(beneath) is { } difference)
        {
            var line = beneath.Samples.LastOrDefault();
            scales.Weigh("would end", line is null ? Sources.Config : Sources.ErrorLog, Weight.Moderate.For($"{difference.Words} ({difference.At})").At(line?.File ?? difference.At.File, line?.Line ?? difference.At.Line));
        }

        if (!incident.Instance.Running)
        {
            scales.Weigh("running", Sources.Machine, Weight.Weak.For("no nginx runs with this configuration"));
        }
    }

    private static ConfigurationTest Question(Incident incident) => new(incident.Instance.ConfigPath, incident.Instance.Prefix, incident.Instance.Binary ?? "");

    public override SourceLine? PlaceOf(Incident incident, Observations seen) => incident.ConfigAt;

    public override string Describe(Incident incident, Observations seen)
        => IsForeignBind(incident) ? $"{Bind(incident)?.ToString() ?? "the configuration"} names an address to connect from that this machine does not have"
            : $"nginx refuses its configuration: {incident.Message}{(incident.ConfigAt is { } at && !incident.Message.Contains(at.File, StringComparison.Ordinal) ? $" in {at}" : "")}{(incident.WouldEnd is { Peer: { } peer } ? $", and goes on with {peer}" : "")}";

    public override Fix? Propose(Incident incident, Observations seen)
    {
        if (IsForeignBind(incident))
        {
            return ForeignBind(incident, seen);
        }

        var error = incident.Instance.FromFiles ? null : Error(incident, seen);
        if (error is not null && incident.Configuration is { } configuration && MistypedName.Of(configuration, error) is { } mistyped)
        {
            return new Fix
            {
                Summary = $"Write {mistyped.Meant} instead of {mistyped.Directive.Name} at {mistyped.Directive.At}.",
                Edits = mistyped.Edits,
                LoadsPending = true,
                Steps = [RetargetFix.Load(incident, seen, "Test, then load it: with it everything else that was changed since nginx last loaded its configuration.")],
            };
        }

        var hint = error?.Hint;
        return new Fix
        {
            Summary = incident.ConfigAt is { } at ? $"Mend {at}, test and load." : "Mend what nginx names, test and load.",
            Steps =
            [
                new(hint ?? incident.Errno switch
                {
                    98 => "Another program (or an older nginx) holds that address: ss -ltnp shows which. Two listen lines of one address in different files do it, too.",
                    99 => "The address is not one of this machine's: listen on one that is, or on the wildcard.",
                    13 => "nginx may not open it: look at the mode and owner of the file and of every directory above it.",
                    2 => "The file or directory that is named does not exist.",
                    _ => "nginx names the line where it stopped; the mistake may stand just before it (a missing ; or }).",
                }),
                RetargetFix.Load(incident, seen, "Test, then load it."),
            ],
        };
    }

    /// <summary>What the disk is refused for; where modules that are not known here leave that open, nginx has said it itself.</summary>
    private static ConfigurationError? Error(Incident incident, Observations seen)
        => seen.Known(Question(incident)) is not { } disk ? null
            : disk.Errors is [var error, ..] ? error
            : incident.ConfigAt is { } at && disk.Doubts.FirstOrDefault(doubt => doubt.File == at.File && doubt.Line == at.Line) is { } doubt ? doubt with { Message = incident.Message }
            : null;

    /// <summary>The directive in force, such as <c>proxy_bind 10.0.0.5</c>.</summary>
    private static EffectiveValue? Bind(Incident incident)
        => incident.Location is { } location && location.Effective($"{location.DirectivePrefix}_bind") is { IsSet: true } set ? set : null;

    /// <summary>Without the directive the kernel takes the address of the interface that leads to the upstream.</summary>
    private static Fix ForeignBind(Incident incident, Observations seen)
    {
        var own = seen.Known(new MachineState())?.Addresses ?? [];
        var text = $"Without it the kernel takes the right address of its own. Who must have a certain one sets it to one of this machine's{(own.Count is > 0 and <= 8 ? $" ({string.Join(", ", own.Select(address => address.Split('/')[0]))})" : "")}.";
        return Bind(incident) is { Directive: { } directive } && incident.Configuration is { } configuration
            ? new()
            {
                Summary = $"Take {directive.Name} out at {directive.At}. {text}",
                Edits = ConfigurationEdit.Apply(configuration, new Edit.Remove(directive)).Files,
                Steps = [RetargetFix.Reload(incident, "Test and reload.")],
            }
            : new() { Summary = $"Take the directive (proxy_bind and the like) out. {text}" };
    }
}
