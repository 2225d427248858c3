namespace Why502.Nginx.Checks.Http;

/// <summary>ngx_http_core_merge_srv_conf and ngx_http_core_merge_loc_conf.</summary>
internal sealed class CoreStage : ModuleStage
{
    private const long ConnectionPoolSize = 64 * sizeof(long);

    public override string Module => "ngx_http_core_module";

    public override void MergeServer(in BlockEnd end, OpenBlock server)
    {
        var pool = server.InForce("connection_pool_size") is { } given && Number.Size(given.Arguments[0]) is var size and > 0 ? size : ConnectionPoolSize;
        if (server.InForce("large_client_header_buffers") is { } buffers && buffers.Arguments.Count == 2 && Number.Size(buffers.Arguments[1]) is var each and > 0 && each < pool)
        {
            end.Fail("the \"large_client_header_buffers\" size must be equal to or greater than \"connection_pool_size\"");
        }
    }

    public override void MergeLocation(in BlockEnd end, OpenBlock location)
    {
        for (var block = location; block is not null; block = block.Parent)
        {
            if (block.Peek(ExtensionTypes.Slot) is not { } types)
            {
                continue;
            }

            var bucket = HashSize.Align(HashSize.Of(location, "types_hash_bucket_size", HashSize.CacheLine), HashSize.CacheLine);
            if (HashSize.Mistake("types_hash", types.ByExtension.Keys, HashSize.Of(location, "types_hash_max_size", 1024), bucket) is { } mistake)
            {
                end.FailNowhere(mistake, null, block.Directive);
            }

            return;
        }
    }
}
