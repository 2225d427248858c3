using Why502.Logs;
using Why502.Nginx;

namespace Why502.Reports.Config;

/// <summary><c>config effective</c> as text: the way of the request, what does not apply although it is written, then every value in force with its line.</summary>
public sealed class EffectivePage
{
    private const int NameColumnMax = 30;
    private readonly EffectiveAnswer answer;
    private readonly Page page;
    private readonly string folder;

    private EffectivePage(EffectiveAnswer answer, int width)
    {
        this.answer = answer;
        page = new Page(width);
        folder = answer.Request.ConfigurationFile[..(answer.Request.ConfigurationFile.LastIndexOf('/') + 1)];
    }

    public static Page Render(EffectiveAnswer answer, int width = Page.WidthDefault)
    {
        ArgumentNullException.ThrowIfNull(answer);
        var writer = new EffectivePage(answer, width);
        writer.Way();
        writer.Surprises();
        writer.Upstream();
        writer.Conditions();
        writer.Groups();
        writer.Footer();
        return writer.page;
    }

    private EffectiveScope Scope => answer.Scope;

    private void Way()
    {
        var request = answer.Request;
        page.Line($"{request.Method} {(request.Tls ? "https" : "http")}://{request.Host}{Redactor.Text(request.Uri)}{(request.Listen is null ? "" : $" at {request.Listen}")}", Ink.Strong);
        page.Blank();
        var server = Scope.Server;
        Way("server", server.Names.Count == 0 ? "without a name" : server.FirstName!, server.At, RouteReasons.OfServer(answer.Route));
        if (answer.Scope.Location is { } location)
        {
            Way("location", location.ToString(), location.At, RouteReasons.OfLocation(answer.Route));
        }
        else
        {
            page.Line(new Run(Ink.Plain, "  location  none      "), new Run(Ink.Faint, RouteReasons.OfLocation(answer.Route)));
        }

        if (Scope.LimitExcept is { } limit)
        {
            Way("within", ShownValue.Text(limit), limit.At, $"{request.Method} is not on its list");
        }

        if (Scope.Handler is { } handler)
        {
            Way("answer", ShownValue.Text(handler), handler.At, null);
        }
        else
        {
            page.Line("  answer    a file, or what the modules below make of it");
        }
    }

    private void Way(string what, string value, SourceLine at, string? because)
    {
        WithOrigin($"  {what,-8}  ", value, Ink.Strong, Place(at));
        if (because is not null)
        {
            page.Wrapped("            ", because, Ink.Faint);
        }
    }

    private void Surprises()
    {
        var surprises = answer.Surprises().ToList();
        if (surprises.Count == 0)
        {
            return;
        }

        page.Blank();
        page.Line("Written, but not in force here", Ink.Strong);
        foreach (var (value, shadowed) in surprises)
        {
            page.Wrapped("  ", Surprise(value, shadowed), Ink.Doubt);
        }
    }

    private string Surprise(EffectiveValue value, ShadowedDirectives shadowed)
    {
        var directives = shadowed.Directives;
        var what = directives.Count == 1 ? ShownValue.Text(directives[0]) : $"{directives.Count} lines of {string.Join(" and ", directives.Select(d => d.Name).Distinct())}{Subjects(directives)}";
        var said = $"{BlockName(shadowed.Block)} says {what} ({Lines(directives)})";
        if (shadowed.Reason == ShadowReason.NotInherited)
        {
            return $"{said}: {(shadowed.Block == Scope.Server.Block ? "locations do" : "a block within it does")} not inherit {value.Name}.";
        }

        var inner = value.Directives[0].Parent;
        return $"{said}, which {(directives.Count == 1 ? "does" : "do")} not apply: {(inner is null ? "an inner block" : BlockName(inner))} has its own, and these replace all others.";
    }

    /// <summary>Headers and parameters are known by their names.</summary>
    private static string Subjects(IReadOnlyList<Directive> directives) =>
        directives.All(d => d.Arguments.Count >= 2) ? $" ({string.Join(", ", directives.Select(d => d.Arguments[0]))})" : string.Empty;

    private void Upstream()
    {
        if (answer.Route.Proxied is not { } pass || pass.Pass != Scope.Handler || pass.Peers.Count == 0)
        {
            return;
        }

        page.Blank();
        if (pass.Group is { } group)
        {
            WithOrigin("", $"Upstream {group.Name}", Ink.Strong, Place(group.At));
        }
        else
        {
            page.Line("Upstream", Ink.Strong);
        }

        foreach (var peer in pass.Peers)
        {
            var parameters = peer.Directive?.Is("server") == true ? string.Join(' ', peer.Directive.Arguments.Skip(1)) : string.Empty;
            WithOrigin("  ", $"{peer.Written}  {parameters}".TrimEnd(), peer.Down ? Ink.Doubt : Ink.Plain, Place(peer.At));
        }

        foreach (var directive in (pass.Group?.Block.Block ?? []).Where(d => !d.Is("server")))
        {
            WithOrigin("  ", ShownValue.Text(directive), Ink.Plain, Place(directive.At));
        }
    }

    private void Conditions()
    {
        var conditions = Scope.Conditions.ToList();
        if (conditions.Count == 0)
        {
            return;
        }

        page.Blank();
        page.Line("Other values while a condition holds", Ink.Strong);
        foreach (var condition in conditions)
        {
            WithOrigin("  ", ShownValue.Text(condition), Ink.Plain, Place(condition.At));
            foreach (var directive in condition.Block!)
            {
                WithOrigin("      ", ShownValue.Text(directive), Ink.Plain, Place(directive.At));
            }
        }
    }

    private void Groups()
    {
        var rewrites = answer.Rewrites().Where(d => d != Scope.Handler).ToList();
        foreach (var group in Enum.GetValues<SettingGroup>())
        {
            var values = answer.Values.Where(v => SettingGroups.Of(v.Name) == group && (v.IsSet || v.Arguments.Count > 0)).ToList();
            var implied = group == SettingGroup.HeadersToUpstream ? answer.ImpliedHeaders() : [];
            if (values.Count + implied.Count + (group == SettingGroup.Rewrites ? rewrites.Count : 0) == 0)
            {
                continue;
            }

            page.Blank();
            page.Line(SettingGroups.Title(group), Ink.Strong);
            var column = Math.Min(NameColumnMax, values.Select(v => v.Name.Length).Append(implied.Count > 0 ? "proxy_set_header".Length : 0).Max());
            if (group == SettingGroup.Rewrites)
            {
                rewrites.ForEach(d => WithOrigin("  ", ShownValue.Text(d), Ink.Plain, Place(d.At)));
            }

            foreach (var value in values.Where(v => v.IsSet).Concat(values.Where(v => v.IsDefault)))
            {
                Setting(value, column);
            }

            foreach (var header in implied)
            {
                WithOrigin($"  {"proxy_set_header".PadRight(column)}  ", ShownValue.Text("proxy_set_header", header), Ink.Faint, "default", Ink.Faint);
            }
        }
    }

    private void Setting(EffectiveValue value, int column)
    {
        var name = $"  {value.Name.PadRight(column)}  ";
        if (value.IsDefault)
        {
            WithOrigin(name, ShownValue.Text(value.Name, value.Arguments), Ink.Faint, "default", Ink.Faint);
            return;
        }

        foreach (var directive in value.Directives)
        {
            var head = directive.Is(value.Name) ? name : $"  {directive.Name.PadRight(column)}  ";
            WithOrigin(head, directive.Block is null ? ShownValue.Text(directive.Name, directive.Arguments) : "{ … }", Ink.Plain, Place(directive.At));
        }

        if (Scope.Shadowed(value) is [{ Reason: ShadowReason.Overridden } outer, ..])
        {
            page.Line($"{new string(' ', name.Length)}{BlockName(outer.Block)} says {ShownValue.Text(value.Name, outer.Directives[^1].Arguments)}, {Lines(outer.Directives)}", Ink.Faint);
        }
    }

    private void Footer()
    {
        page.Blank();
        page.Line($"Files are below {folder}; \"default\" is nginx's own{(answer.Request.Version is { } version ? $", version {version}" : "")}.", Ink.Faint);
    }

    /// <summary>The origin stands at the right edge where there is room, else on a line of its own.</summary>
    private void WithOrigin(string head, string text, Ink ink, string origin, Ink headInk = Ink.Plain)
    {
        var room = page.Width - head.Length - text.Length - origin.Length;
        if (room >= 2)
        {
            page.Line(new Run(headInk, head), new Run(ink, text), new Run(Ink.Faint, new string(' ', room) + origin));
            return;
        }

        page.Wrapped(head, text, ink, headInk);
        page.Line(new string(' ', Math.Max(0, page.Width - origin.Length)) + origin, Ink.Faint);
    }

    private string Place(SourceLine at) => $"{Short(at.File)}:{at.Line}";

    private string Short(string file) => folder.Length > 1 && file.StartsWith(folder, StringComparison.Ordinal) ? file[folder.Length..] : file;

    /// <summary>"nginx.conf:12-14" for lines that follow each other, "nginx.conf:12, 20" else.</summary>
    private string Lines(IReadOnlyList<Directive> directives)
    {
        var lines = directives.Select(d => d.At.Line).Distinct().Order().ToList();
        var file = directives[0].At.File;
        if (directives.Any(d => d.At.File != file))
        {
            return string.Join(", ", directives.Select(d => Place(d.At)));
        }

        var run = lines.Count > 1 && lines[^1] - lines[0] == lines.Count - 1;
        return $"{Short(file)}:{(run ? $"{lines[0]}-{lines[^1]}" : string.Join(", ", lines))}";
    }

    private static string BlockName(Directive block) => block.Name switch
    {
        "server" => "the server",
        "" => "the file",
        "http" => "http",
        _ => ShownValue.Text(block),
    };
}
