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

        var count = referers.Count;
        if (referers.HasServerNames && location.Enclosing(Directives.DirectiveContexts.Server)?.Peek(ServerNameList.Slot) is { } names)
        {
            count += names.Plain.Count;
        }

        if (referers.HasSpecial && count == 0)
        {
            end.FailNowhere("the \"none\" or \"blocked\" referers are specified in the \"valid_referers\" directive without any valid referer", null, location.Directive);
        }
    }
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
