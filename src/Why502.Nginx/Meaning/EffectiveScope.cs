using Why502.Nginx.Directives;

namespace Why502.Nginx;

/// <summary>
/// The place of a configuration where a request is handled, and every value in force there: the location, the locations, server and http
/// around it, and the <c>limit_except</c> that the method falls under. What an <c>if</c> would change is named, not decided.
/// </summary>
public sealed class EffectiveScope
{
    /// <summary>What runs before any location is chosen, or belongs to the server as such, is not inherited and is no surprise.</summary>
    private static readonly HashSet<string> OfTheServer = new(StringComparer.Ordinal)
    {
        "listen", "server_name", "rewrite", "return", "set", "break", "if", "include", "server", "location", "upstream", "limit_except",
    };

    private static readonly Lazy<string[]> HandlerNames = new(() =>
        [.. DirectiveTable.Names.Where(name => BlockLevels.FormInHttp(name)?.Inherits.Kind == InheritanceKind.Handler)]);

    private readonly NginxConfiguration configuration;
    private readonly Version? version;

    public EffectiveScope(NginxConfiguration configuration, Server server, Location? location, string method, Version? version = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(server);
        this.configuration = configuration;
        this.version = version;
        Server = server;
        Location = location;
        var block = location?.Block ?? server.Block;
        LimitExcept = block.Children("limit_except").LastOrDefault(limit => limit.Block is not null && !Allows(limit.Arguments, method));
        Levels = [.. BlockLevels.From(LimitExcept ?? block, server)];
    }

    public Server Server { get; }

    /// <summary>Null where the server answers without any location.</summary>
    public Location? Location { get; }

    /// <summary>The <c>limit_except</c> whose list the method is not on: its block's values hold (ngx_http_update_location_config).</summary>
    public Directive? LimitExcept { get; }

    /// <summary>The blocks from the inside out.</summary>
    public IReadOnlyList<Directive> Levels { get; }

    /// <summary>The directive that answers here: a pass, <c>return</c>, <c>stub_status</c> …; null when files are served.</summary>
    public Directive? Handler => Levels.Count == 0 ? null
        : Value("return").Directive ?? HandlerNames.Value.Select(name => Value(name).Directive).FirstOrDefault(directive => directive is not null);

    /// <summary>The <c>if</c> blocks whose values would hold instead if their condition did, the innermost level's first.</summary>
    public IEnumerable<Directive> Conditions => Levels.SelectMany(level => level.Children("if")).Where(condition => condition.Block is not null);

    public EffectiveValue Value(string name)
    {
        var form = BlockLevels.FormInHttp(name);
        var value = Inheritance.Effective(Levels, name, form, version);
        if (!value.IsDefault)
        {
            return value;
        }

        if (name == "error_log" && configuration.AtTop(name) is { IsDefault: false } process)
        {
            return process;
        }

        return value.Arguments.Count == 0 ? value with { Arguments = Computed(name) } : value;
    }

    /// <summary>What the blocks around say and what does not apply here, the innermost first.</summary>
    public IReadOnlyList<ShadowedDirectives> Shadowed(EffectiveValue value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var rule = BlockLevels.FormInHttp(value.Name)?.Inherits ?? default;
        if (rule.Kind == InheritanceKind.Merged)
        {
            return [];
        }

        var shadowed = new List<ShadowedDirectives>();
        foreach (var level in Levels)
        {
            var others = level.Children(value.Name).Where(d => !value.Directives.Contains(d)).ToList();
            if (rule.AddsUp)
            {
                // What is said again with the same words is not missed.
                others.RemoveAll(d => value.Directives.Any(own => own.Is(d.Name) && own.Arguments.SequenceEqual(d.Arguments)));
            }

            if (others.Count > 0)
            {
                shadowed.Add(new ShadowedDirectives(level, others, value.IsDefault ? ShadowReason.NotInherited : rule.AddsUp ? ShadowReason.ReplacedAsAWhole : ShadowReason.Overridden));
            }
        }

        return shadowed;
    }

    /// <summary>Every directive that some level says something about, whether or not it applies here, in the order of the levels from the outside in.</summary>
    public IReadOnlyList<EffectiveValue> Mentioned()
    {
        var names = new List<string>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var directive in Levels.Reverse().SelectMany(level => level.Block ?? []))
        {
            if (!OfTheServer.Contains(directive.Name) && known.Add(directive.Name) && AppliesToRequests(directive))
            {
                names.Add(directive.Name);
            }
        }

        return [.. names.Select(Value)];
    }

    /// <summary>Every directive of nginx's own modules that may stand in a server or location and has a default, the ones that are set left out.</summary>
    public IEnumerable<EffectiveValue> Defaults() => DirectiveTable.Names
        .Where(name => !OfTheServer.Contains(name) && BlockLevels.FormInHttp(name) is { IsThirdParty: false, IsBlock: false } form && IsForRequests(form) && IsKnownTo(form))
        .Select(Value)
        .Where(value => value.IsDefault && value.Arguments.Count > 0);

    private bool IsKnownTo(DirectiveForm form) => version is null || ((form.Since is null || version >= form.Since) && (form.Removed is null || version < form.Removed));

    /// <summary>Definitions (log_format, map, zones) are of http alone and say nothing about a request by themselves.</summary>
    private static bool AppliesToRequests(Directive directive) =>
        BlockLevels.FormInHttp(directive.Name) is not { } form || IsForRequests(form);

    private static bool IsForRequests(DirectiveForm form) =>
        (form.Contexts & (DirectiveContexts.Server | DirectiveContexts.Location | DirectiveContexts.IfInLocation | DirectiveContexts.LimitExcept)) != 0;


    /// <summary>ngx_http_core_limit_except: GET brings HEAD along.</summary>
    private static bool Allows(IReadOnlyList<string> methods, string method) =>
        methods.Any(m => m.Equals(method, StringComparison.OrdinalIgnoreCase) || (m.Equals("GET", StringComparison.OrdinalIgnoreCase) && method.Equals("HEAD", StringComparison.OrdinalIgnoreCase)));

    /// <summary>Twice the larger of the header's buffer and one of the others: what the merge functions of the pass modules compute.</summary>
    private string[] Computed(string name)
    {
        var suffix = Array.Find(["_busy_buffers_size", "_temp_file_write_size"], end => name.EndsWith(end, StringComparison.Ordinal));
        if (suffix is null)
        {
            return [];
        }

        var family = name[..^suffix.Length];
        var buffers = Value(family + "_buffers").Arguments;
        return Value(family + "_buffer_size").AsSize is { } header && buffers is [_, var each] && NginxValue.TrySize(each, out var size)
            ? [NginxValue.Size(2 * Math.Max(header, size))]
            : [];
    }
}

/// <summary>Why a directive of an outer block does not apply.</summary>
public enum ShadowReason
{
    /// <summary>An inner block sets it to something else.</summary>
    Overridden,

    /// <summary>An inner block has directives of the same name, and these replace all of the outer ones.</summary>
    ReplacedAsAWhole,

    /// <summary>Inner blocks do not take it over at all.</summary>
    NotInherited,
}

/// <summary>Directives of one block that do not apply at a place within it.</summary>
public sealed record ShadowedDirectives(Directive Block, IReadOnlyList<Directive> Directives, ShadowReason Reason);
