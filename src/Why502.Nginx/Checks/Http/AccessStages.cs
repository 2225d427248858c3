namespace Why502.Nginx.Checks.Http;

/// <summary>ngx_http_referer_merge_conf.</summary>
internal sealed class RefererStage : ModuleStage
{
    public override string Module => "ngx_http_referer_module";

    public override void MergeLocation(in BlockEnd end, OpenBlock location)
    {
        if (location.Peek(Referers.Slot) is not { } referers)
        {
            return;
        }

        if (referers.HasServerNames && AddServerNames(referers, location) is { } mistake)
        {
            end.Fail(mistake);
        }
        else if (referers.HasSpecial && referers.Count == 0)
        {
            end.FailNowhere("the \"none\" or \"blocked\" referers are specified in the \"valid_referers\" directive without any valid referer", null, location.Directive);
        }
        else if (referers.Keys.Exact.Count > 0 && HashMistake(referers, location) is { } tooSmall)
        {
            end.FailNowhere(tooSmall, null, location.Directive);
        }
    }

    /// <summary>The names of the server at hand; one without any has the empty one (ngx_http_core_merge_srv_conf).</summary>
    private static string? AddServerNames(Referers referers, OpenBlock location)
    {
        var names = location.Enclosing(Directives.DirectiveContexts.Server)?.Peek(ServerNameList.Slot);
        return names is null ? referers.Add("") : names.Plain.Select(referers.Add).FirstOrDefault(mistake => mistake is not null);
    }

    private static string? HashMistake(Referers referers, OpenBlock location) => HashSize.Mistake(
        "referer_hash",
        referers.Keys.Exact,
        HashSize.Of(location, "referer_hash_max_size", 2048),
        HashSize.Align(HashSize.Of(location, "referer_hash_bucket_size", HashSize.CacheLine), HashSize.CacheLine));
}

/// <summary>ngx_http_secure_link_merge_conf.</summary>
internal sealed class SecureLinkStage : ModuleStage
{
    public override string Module => "ngx_http_secure_link_module";

    public override void MergeLocation(in BlockEnd end, OpenBlock location)
    {
        if (location.Own("secure_link_secret") is not null && (location.Own("secure_link") ?? location.Own("secure_link_md5")) is not null)
        {
            end.Fail("\"secure_link_secret\" cannot be mixed with \"secure_link\" and \"secure_link_md5\"");
        }
    }
}

/// <summary>ngx_http_charset_merge_loc_conf notes what is to be recoded, ngx_http_charset_postconfiguration looks for the tables.</summary>
internal sealed class CharsetStage : ModuleStage
{
    private static readonly Slot<List<(string Source, string Target)>> Recodes = new(() => []);

    public override string Module => "ngx_http_charset_filter_module";

    public override void MergeLocation(in BlockEnd end, OpenBlock location)
    {
        var (source, target) = (location.InForce("source_charset")?.Arguments[0], location.InForce("charset")?.Arguments[0]);
        if (source is null || target is null or "off" || source.StartsWith('$') || target.StartsWith('$') || source.Equals(target, StringComparison.OrdinalIgnoreCase))
        {
            return;
        }

        end.Shared.Get(Recodes).Add((source, target));
    }

    public override void Configured(in BlockEnd end, OpenBlock main)
    {
        var tables = end.Shared.Get(CharsetTables.Slot);
        foreach (var (source, target) in end.Shared.Get(Recodes))
        {
            if (!tables.Has(source, target))
            {
                end.FailNowhere($"no \"charset_map\" between the charsets \"{source}\" and \"{target}\"");
                return;
            }
        }
    }
}

/// <summary>ngx_http_upstream_init_main_conf.</summary>
internal sealed class UpstreamStage : ModuleStage
{
    public override string Module => "ngx_http_upstream_module";

    public override void InitMain(in BlockEnd end, OpenBlock main) => end.Shared.Get(UpstreamGroups.Slot).Finish(end);
}
