namespace Why502.Nginx.Checks;

/// <summary>
/// A module's part in completing <c>http {}</c>, <c>stream {}</c> or <c>mail {}</c>. nginx goes module by module (ngx_http_block): its main part, then
/// every server with all its locations; after that, module by module again, the post-configuration.
/// What is in force in a block is found by <see cref="OpenBlock.InForce"/>.
/// </summary>
internal abstract class ModuleStage
{
    /// <summary>The module's name in nginx's source; a module that is not there has no part.</summary>
    public abstract string Module { get; }

    /// <summary>init_main_conf.</summary>
    public virtual void InitMain(in BlockEnd end, OpenBlock main)
    {
    }

    /// <summary>merge_srv_conf.</summary>
    public virtual void MergeServer(in BlockEnd end, OpenBlock server)
    {
    }

    /// <summary>merge_loc_conf: of each server first, then of its locations, <c>if</c> and <c>limit_except</c> blocks, nested ones after the one around them.</summary>
    public virtual void MergeLocation(in BlockEnd end, OpenBlock location)
    {
    }

    /// <summary>postconfiguration.</summary>
    public virtual void Configured(in BlockEnd end, OpenBlock main)
    {
    }
}
