namespace Why502.Nginx.Checks.Http;

/// <summary>ngx_http_optimize_servers: the names behind each address.</summary>
internal static class ServerNamesEnd
{
    public static void Check(in BlockEnd end)
    {
        foreach (var address in end.Shared.Get(ListenPorts.Slot).All)
        {
            if ((address.Servers.Count > 1 || address.Default.Peek(ServerNameList.Slot) is { HasCaptures: true }) && !NamesFit(end, address))
            {
                return;
            }
        }
    }

    /// <summary>ngx_http_server_names.</summary>
    private static bool NamesFit(in BlockEnd end, ListenAddress address)
    {
        var keys = new HashKeys();
        foreach (var server in address.Servers)
        {
            // A server without names has the empty one (ngx_http_core_merge_srv_conf).
            foreach (var name in server.Peek(ServerNameList.Slot) is { Plain: { Count: > 0 } plain } ? plain : server.Peek(ServerNameList.Slot) is null ? [""] : (List<string>)[])
            {
                switch (keys.Add(name, wildcards: true))
                {
                    case HashKeyResult.Invalid:
                        end.FailNowhere($"invalid server name or wildcard \"{name}\" on {address.Text}", null, server.Own("server_name"));
                        return false;
                    case HashKeyResult.Taken:
                        end.WarnAt((server.Own("server_name") ?? server.Directive!).TerminatorAt, $"conflicting server name \"{name}\" on {address.Text}, ignored");
                        break;
                }
            }
        }

        var bucket = HashSize.Align(HashSize.Of(end.Block, "server_names_hash_bucket_size", HashSize.CacheLine), HashSize.CacheLine);
        if (keys.Exact.Count > 0 && HashSize.Mistake("server_names_hash", keys.Exact, HashSize.Of(end.Block, "server_names_hash_max_size", 512), bucket) is { } mistake)
        {
            end.FailNowhere(mistake);
            return false;
        }

        return true;
    }
}
