using Why502.Nginx.Directives;

namespace Why502.Nginx.Checks.Http;

/// <summary>ngx_http_limit_req_module and ngx_http_limit_conn_module.</summary>
internal static class Limits
{
    private const DirectiveContexts Anywhere = DirectiveContexts.Http | DirectiveContexts.Server | DirectiveContexts.Location;
    private const string Requests = "ngx_http_limit_req";
    private const string Connections = "ngx_http_limit_conn";
    private const long ZoneMin = 8 * 4096;
    private static readonly Slot<Limited> Slot = new(() => new Limited());

    public static IEnumerable<DirectiveHandler> Handlers { get; } =
    [
        new("limit_req_zone", DirectiveContexts.Http, (in DirectiveCall call) => ReadZone(call, Requests)),
        new("limit_conn_zone", DirectiveContexts.Http, (in DirectiveCall call) => ReadZone(call, Connections)),
        new("limit_req", Anywhere, ReadRequests),
        new("limit_conn", Anywhere, ReadConnections),
    ];

    private static void ReadZone(in DirectiveCall call, string owner)
    {
        var value = call.Arguments;
        if (!ComplexText.Compile(call, value[0], 0))
        {
            return;
        }

        string? name = null;
        var size = 0L;
        for (var i = 1; i < value.Count; i++)
        {
            string? mistake = null;
            if (value[i].StartsWith("zone=", StringComparison.Ordinal))
            {
                var colon = value[i].IndexOf(':', 5);
                size = colon < 0 ? -1 : Number.Size(value[i].AsSpan(colon + 1));
                mistake = size < 0 ? $"invalid zone size \"{value[i]}\"" : size < ZoneMin ? $"zone \"{value[i]}\" is too small" : null;
                name = colon < 0 ? null : value[i][5..colon];
            }
            else if (owner == Requests && value[i].StartsWith("rate=", StringComparison.Ordinal))
            {
                var rate = value[i].EndsWith("r/s", StringComparison.Ordinal) || value[i].EndsWith("r/m", StringComparison.Ordinal) ? value[i][5..^3] : value[i][5..];
                mistake = Number.Of(rate) <= 0 ? $"invalid rate \"{value[i]}\"" : null;
            }
            else
            {
                mistake = $"invalid parameter \"{value[i]}\"";
            }

            if (mistake is not null)
            {
                call.Fail(mistake, i);
                return;
            }
        }

        if (string.IsNullOrEmpty(name))
        {
            call.Fail($"\"{call.Name}\" must have \"zone\" parameter");
            return;
        }

        if (call.Shared.Get(SharedZones.Slot).Add(call, name, size, owner) is not { } zone)
        {
            return;
        }

        if (zone.Data is not null)
        {
            call.Fail($"{call.Name} \"{name}\" is already bound to key \"{zone.Data}\"");
            return;
        }

        zone.Data = value[0];
    }

    private static void ReadRequests(in DirectiveCall call)
    {
        SharedZone? zone = null;
        for (var i = 0; i < call.Arguments.Count; i++)
        {
            var text = call.Arguments[i];
            string? mistake = null;
            if (text.StartsWith("zone=", StringComparison.Ordinal))
            {
                zone = call.Shared.Get(SharedZones.Slot).Add(call, text[5..], 0, Requests, i);
                if (zone is null)
                {
                    return;
                }
            }
            else if (text.StartsWith("burst=", StringComparison.Ordinal))
            {
                mistake = Number.Of(text.AsSpan(6)) <= 0 ? $"invalid burst value \"{text}\"" : null;
            }
            else if (text.StartsWith("delay=", StringComparison.Ordinal))
            {
                mistake = Number.Of(text.AsSpan(6)) <= 0 ? $"invalid delay value \"{text}\"" : null;
            }
            else if (text != "nodelay")
            {
                mistake = $"invalid parameter \"{text}\"";
            }

            if (mistake is not null)
            {
                call.Fail(mistake, i);
                return;
            }
        }

        if (zone is null)
        {
            call.Fail($"\"{call.Name}\" must have \"zone\" parameter");
        }
        else if (!call.Block.Get(Slot).Zones.Add(zone))
        {
            call.Refuse("is duplicate");
        }
    }

    private static void ReadConnections(in DirectiveCall call)
    {
        if (call.Shared.Get(SharedZones.Slot).Add(call, call.Arguments[0], 0, Connections, 0) is not { } zone)
        {
            return;
        }

        if (!call.Block.Get(Slot).Zones.Add(zone))
        {
            call.Refuse("is duplicate");
            return;
        }

        var count = Number.Of(call.Arguments[1]);
        if (count <= 0)
        {
            call.Fail($"invalid number of connections \"{call.Arguments[1]}\"", 1);
        }
        else if (count > 65535)
        {
            call.Fail("connection limit must be less 65536", 1);
        }
    }

    private sealed class Limited
    {
        public HashSet<SharedZone> Zones { get; } = [];
    }
}
