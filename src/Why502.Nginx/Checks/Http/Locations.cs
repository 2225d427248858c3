using Why502.Nginx.Directives;

namespace Why502.Nginx.Checks.Http;

/// <summary>What ngx_http_core_location makes of a location's arguments.</summary>
internal sealed class LocationInfo
{
    public static readonly Slot<LocationInfo> Slot = new(() => new LocationInfo());

    public string Name { get; set; } = "";

    public bool IsExact { get; set; }

    /// <summary><c>^~</c>.</summary>
    public bool IsFinal { get; set; }

    public bool IsRegex { get; set; }

    public bool IsNamed { get; set; }

    /// <summary>The location of a block, or that around an <c>if</c> or <c>limit_except</c> in it; null on the server's level.</summary>
    public static LocationInfo? Around(OpenBlock block) => block.Enclosing(DirectiveContexts.Location)?.Get(Slot);

    /// <summary>nginx has no name for such a block (clcf->noname): <c>if</c> and <c>limit_except</c>.</summary>
    public static bool IsNameless(OpenBlock block) => (block.Kind & (DirectiveContexts.IfInLocation | DirectiveContexts.IfInServer | DirectiveContexts.LimitExcept)) != 0;
}

/// <summary><c>location</c>, and at the end of http the tree of locations.</summary>
internal static class Locations
{
    public static IEnumerable<DirectiveHandler> Handlers { get; } = [new("location", DirectiveContexts.Server | DirectiveContexts.Location, Read)];

    /// <summary>ngx_http_init_locations and ngx_http_init_static_location_trees: the same path twice. Named ones and regular expressions are not compared.</summary>
    public static void FinishServer(in BlockEnd end, OpenBlock block)
    {
        // ngx_http_join_exact_locations: an exact one and one for a prefix may share a path.
        var seen = new HashSet<(string, bool)>();
        foreach (var child in block.ChildrenOf(DirectiveContexts.Location))
        {
            var location = child.Get(LocationInfo.Slot);
            if (!location.IsRegex && !location.IsNamed && !seen.Add((location.Name, location.IsExact)))
            {
                end.FailAt(child.Directive!.TerminatorAt, $"duplicate location \"{location.Name}\"");
            }
        }

        foreach (var child in block.ChildrenOf(DirectiveContexts.Location))
        {
            FinishServer(end, child);
        }
    }

    private static void Read(in DirectiveCall call)
    {
        var location = new LocationInfo();
        if (!Understand(call, location) || !Fits(call, location))
        {
            return;
        }

        var block = call.Enter(DirectiveContexts.Location);
        block.Set(LocationInfo.Slot, location);
    }

    private static bool Understand(in DirectiveCall call, LocationInfo location)
    {
        var value = call.Arguments;
        if (value.Count == 1)
        {
            return Glued(call, location, value[0]);
        }

        location.Name = value[1];
        switch (value[0])
        {
            case "=":
                location.IsExact = true;
                return true;
            case "^~":
                location.IsFinal = true;
                return true;
            case "~" or "~*":
                return Pattern(call, location, value[1], 1);
        }

        call.Fail($"invalid location modifier \"{value[0]}\"", 0);
        return false;
    }

    /// <summary>The modifier without a space behind it.</summary>
    private static bool Glued(in DirectiveCall call, LocationInfo location, string text)
    {
        if (text.StartsWith("~*", StringComparison.Ordinal))
        {
            return Pattern(call, location, text[2..], 0);
        }

        if (text.StartsWith('~'))
        {
            return Pattern(call, location, text[1..], 0);
        }

        location.IsExact = text.StartsWith('=');
        location.IsFinal = text.StartsWith("^~", StringComparison.Ordinal);
        location.Name = location.IsExact ? text[1..] : location.IsFinal ? text[2..] : text;
        location.IsNamed = text.StartsWith('@');
        return true;
    }

    private static bool Pattern(in DirectiveCall call, LocationInfo location, string pattern, int argument)
    {
        location.Name = pattern;
        location.IsRegex = true;
        return Regex.Compile(call, pattern, argument) is not null;
    }

    private static bool Fits(in DirectiveCall call, LocationInfo location)
    {
        if (call.Block.Kind != DirectiveContexts.Location)
        {
            return true;
        }

        var outer = call.Block.Get(LocationInfo.Slot);
        string? mistake = null;
        if (outer.IsExact)
        {
            mistake = $"location \"{location.Name}\" cannot be inside the exact location \"{outer.Name}\"";
        }
        else if (outer.IsNamed)
        {
            mistake = $"location \"{location.Name}\" cannot be inside the named location \"{outer.Name}\"";
        }
        else if (location.IsNamed)
        {
            mistake = $"named location \"{location.Name}\" can be on the server level only";
        }
        else if (!location.IsRegex && !location.Name.StartsWith(outer.Name, StringComparison.Ordinal))
        {
            mistake = $"location \"{location.Name}\" is outside location \"{outer.Name}\"";
        }

        if (mistake is not null)
        {
            call.Fail(mistake);
        }

        return mistake is null;
    }
}
