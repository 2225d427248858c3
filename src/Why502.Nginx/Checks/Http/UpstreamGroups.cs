using System.Globalization;
using Why502.Nginx.Directives;

namespace Why502.Nginx.Checks.Http;

/// <summary>What a balancing method lets a server have (NGX_HTTP_UPSTREAM_*).</summary>
[Flags]
internal enum ServerParameters
{
    None = 0,
    Weight = 1,
    MaxConnections = 2,
    MaxFails = 4,
    FailTimeout = 8,
    Down = 16,
    Backup = 32,
    All = 63,
}

/// <summary>An upstream, written as a block or implied by a pass directive (ngx_http_upstream_srv_conf_t).</summary>
internal sealed class UpstreamGroupState(string host, int port, bool hasNoPort, bool isWritten, Directive by)
{
    public string Host => host;

    public int Port { get; set; } = port;

    public bool HasNoPort => hasNoPort;

    public bool IsWritten { get; set; } = isWritten;

    public Directive By => by;

    /// <summary>An implied one with an address needs no name looked up.</summary>
    public bool HasServers { get; set; }

    public int Servers { get; set; }

    public int PrimaryServers { get; set; }

    public ServerParameters Allowed { get; set; } = ServerParameters.All;

    /// <summary>The directive that set the balancing method; <c>keepalive</c> sets none.</summary>
    public bool HasMethod { get; set; }
}

/// <summary>All upstreams of http, in the order in which nginx meets them.</summary>
internal sealed class UpstreamGroups
{
    public static readonly Slot<UpstreamGroups> Slot = new(() => new UpstreamGroups());

    private readonly List<UpstreamGroupState> groups = [];
    private readonly Dictionary<string, List<UpstreamGroupState>> byHost = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>ngx_http_upstream_add for a block; null when it was refused and said.</summary>
    public UpstreamGroupState? Create(in DirectiveCall call, string host)
    {
        foreach (var known in Of(host))
        {
            if (known.IsWritten)
            {
                call.Fail($"duplicate upstream \"{host}\"", 0);
                return null;
            }

            if (!known.HasNoPort)
            {
                call.FailAt(known.By.TerminatorAt, string.Create(CultureInfo.InvariantCulture, $"upstream \"{host}\" may not have port {known.Port}"));
                return null;
            }

            known.IsWritten = true;
            known.Port = 0;
            return known;
        }

        return Remember(new UpstreamGroupState(host, 0, true, true, call.Directive));
    }

    /// <summary>ngx_http_upstream_add for a pass directive; null when it was refused and said.</summary>
    public UpstreamGroupState? Refer(in DirectiveCall call, Url url, int argument = 0)
    {
        if (url.Error is not null)
        {
            call.Fail($"{url.Error} in upstream \"{url.Text}\"", argument);
            return null;
        }

        foreach (var known in Of(url.Host))
        {
            if (known.IsWritten && !url.HasNoPort && !url.IsUnix)
            {
                call.Fail(string.Create(CultureInfo.InvariantCulture, $"upstream \"{url.Host}\" may not have port {url.Port}"), argument);
                return null;
            }

            if (known.Port != 0 && url.Port != 0 && known.Port != url.Port)
            {
                continue;
            }

            return known;
        }

        return Remember(new UpstreamGroupState(url.Host, url.Port, url.HasNoPort, false, call.Directive)
        {
            HasServers = url.Addresses.Count == 1 && (url.Port != 0 || url.IsUnix),
        });
    }

    /// <summary>ngx_http_upstream_init_main_conf: round robin and what builds on it.</summary>
    public void Finish(in BlockEnd end)
    {
        foreach (var group in groups)
        {
            var place = group.By.TerminatorAt;
            if (group.IsWritten)
            {
                if (group.PrimaryServers == 0 && group.Servers > 0)
                {
                    end.FailAt(place, $"no servers in upstream \"{group.Host}\"");
                }
            }
            else if (!group.HasServers)
            {
                if (group.Port == 0)
                {
                    end.FailAt(place, $"no port in upstream \"{group.Host}\"");
                }
                else if (Url.IsUnknownHost(group.Host, end.World))
                {
                    end.FailAt(place, $"host not found in upstream \"{group.Host}\"");
                }
            }
        }
    }

    private UpstreamGroupState Remember(UpstreamGroupState group)
    {
        groups.Add(group);
        if (!byHost.TryGetValue(group.Host, out var same))
        {
            byHost.Add(group.Host, same = []);
        }

        same.Add(group);
        return group;
    }

    private List<UpstreamGroupState> Of(string host) => byHost.TryGetValue(host, out var same) ? same : [];
}
