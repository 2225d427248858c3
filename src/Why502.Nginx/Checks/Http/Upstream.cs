using Why502.Nginx.Directives;

namespace Why502.Nginx.Checks.Http;

/// <summary>ngx_http_upstream_module and the modules that balance.</summary>
internal static class Upstream
{
    private const DirectiveContexts Inside = DirectiveContexts.Upstream;
    private const ServerParameters NoBackup = ServerParameters.All & ~ServerParameters.Backup;
    private static readonly Slot<StrongGroup> Group = new(() => new StrongGroup());

    public static IEnumerable<DirectiveHandler> Handlers { get; } =
    [
        new("upstream", DirectiveContexts.Http, ReadUpstream),
        new("server", Inside, ReadServer),
        new("hash", Inside, ReadHash),
        new("ip_hash", Inside, (in DirectiveCall call) => Balance(call, NoBackup)),
        new("least_conn", Inside, (in DirectiveCall call) => Balance(call, ServerParameters.All)),
        new("random", Inside, ReadRandom),
        new("keepalive", Inside, ReadKeepalive),
        new("zone", Inside, ReadZone),
    ];

    private static void ReadUpstream(in DirectiveCall call)
    {
        if (call.Shared.Get(UpstreamGroups.Slot).Create(call, call.Arguments[0]) is not { } group)
        {
            return;
        }

        var block = call.Enter(DirectiveContexts.Upstream, Finish);
        block.Get(Group).State = group;
    }

    private static void Finish(in BlockEnd end)
    {
        if (end.Block.Get(Group).State is { Servers: 0 })
        {
            end.Fail("no servers are inside upstream");
        }
    }

    private static UpstreamGroupState GroupOf(in DirectiveCall call) => call.Block.Get(Group).State ??= new UpstreamGroupState("", 0, true, true, call.Directive);

    private static void ReadServer(in DirectiveCall call)
    {
        var group = GroupOf(call);
        group.Servers++;
        var backup = false;
        for (var i = 1; i < call.Arguments.Count; i++)
        {
            var text = call.Arguments[i];
            var (kind, fine) = Parameter(text);
            if (kind == ServerParameters.None && IsOfLaterOrPlus(call, text))
            {
                continue;
            }

            if (kind != ServerParameters.None && (group.Allowed & kind) == 0)
            {
                call.Fail($"balancing method does not support parameter \"{text}\"", i);
                return;
            }

            if (!fine)
            {
                call.Fail($"invalid parameter \"{text}\"", i);
                return;
            }

            backup |= kind == ServerParameters.Backup;
        }

        group.PrimaryServers += backup ? 0 : 1;
        var url = Url.Parse(call.Arguments[0], 80, call.World);
        if (url.Error is not null)
        {
            call.Fail($"{url.Error} in upstream \"{call.Arguments[0]}\"", 0);
        }
    }

    private static (ServerParameters Kind, bool Fine) Parameter(string text)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal);
        var value = at < 0 ? "" : text[(at + 1)..];
        return text[..(at < 0 ? text.Length : at + 1)] switch
        {
            "weight=" => (ServerParameters.Weight, Number.Of(value) > 0),
            "max_conns=" => (ServerParameters.MaxConnections, Number.Of(value) >= 0),
            "max_fails=" => (ServerParameters.MaxFails, Number.Of(value) >= 0),
            "fail_timeout=" => (ServerParameters.FailTimeout, Number.Seconds(value) >= 0),
            "backup" => (ServerParameters.Backup, true),
            "down" => (ServerParameters.Down, true),
            _ => (ServerParameters.None, false),
        };
    }

    /// <summary>Where the build is not known, the parameters of the commercial version and of later ones are believed.</summary>
    private static bool IsOfLaterOrPlus(in DirectiveCall call, string text) =>
        (call.Facts.Version >= new Version(1, 27, 3) && (text == "resolve" || text.StartsWith("service=", StringComparison.Ordinal)))
        || (!call.Facts.IsBuildKnown && (text is "resolve" or "drain" || text.StartsWith("slow_start=", StringComparison.Ordinal)
            || text.StartsWith("route=", StringComparison.Ordinal) || text.StartsWith("service=", StringComparison.Ordinal)));

    private static void ReadHash(in DirectiveCall call)
    {
        if (!ComplexText.Compile(call, call.Arguments[0], 0))
        {
            return;
        }

        Balance(call, NoBackup);
        if (call.Arguments.Count == 2 && call.Arguments[1] != "consistent")
        {
            call.Fail($"invalid parameter \"{call.Arguments[1]}\"", 1);
        }
    }

    private static void ReadRandom(in DirectiveCall call)
    {
        Balance(call, NoBackup);
        if (call.Arguments.Count == 0)
        {
            return;
        }

        if (call.Arguments[0] != "two")
        {
            call.Fail($"invalid parameter \"{call.Arguments[0]}\"", 0);
        }
        else if (call.Arguments.Count > 1 && call.Arguments[1] != "least_conn" && !(call.Arguments[1].StartsWith("least_time=", StringComparison.Ordinal) && !call.Facts.IsBuildKnown))
        {
            call.Fail($"invalid parameter \"{call.Arguments[1]}\"", 1);
        }
    }

    private static void Balance(in DirectiveCall call, ServerParameters allowed)
    {
        var group = GroupOf(call);
        if (group.HasMethod)
        {
            call.Warn("load balancing method redefined");
        }

        group.HasMethod = true;
        group.Allowed = allowed;
    }

    private static void ReadKeepalive(in DirectiveCall call)
    {
        if (call.Arguments.Count > 1 && call.Facts.Version < new Version(1, 29, 7))
        {
            // "local" came with the version whose keepalive is on by itself.
            call.Fail("invalid number of arguments in \"keepalive\" directive");
            return;
        }

        if (!call.SetOnce())
        {
            return;
        }

        if (Number.Of(call.Arguments[0]) <= 0)
        {
            call.Fail($"invalid value \"{call.Arguments[0]}\" in \"keepalive\" directive", 0);
            return;
        }

        // It puts itself in front of the method set so far, and one set later would take its place.
        GroupOf(call).HasMethod = true;
    }

    private static void ReadZone(in DirectiveCall call)
    {
        var value = call.Arguments;
        if (value[0].Length == 0)
        {
            call.Fail("invalid zone name \"\"", 0);
            return;
        }

        var size = 0L;
        if (value.Count == 2)
        {
            size = Number.Size(value[1]);
            if (size < 0)
            {
                call.Fail($"invalid zone size \"{value[1]}\"", 1);
                return;
            }

            if (size < 8 * 4096)
            {
                call.Fail($"zone \"{value[0]}\" is too small", 1);
                return;
            }
        }

        call.Shared.Get(SharedZones.Slot).Add(call, value[0], size, "ngx_http_upstream", 0);
    }

    private sealed class StrongGroup
    {
        /// <summary>Null until the block's name is known: a part of a configuration may be an upstream's content alone.</summary>
        public UpstreamGroupState? State { get; set; }
    }
}
