using Why502.Nginx.Checks.Http;
using Why502.Nginx.Directives;

namespace Why502.Nginx.Checks;

/// <summary>The end of <c>http {}</c>: ngx_http_block after it has read the block.</summary>
internal static class HttpBlock
{
    private const DirectiveContexts LocationLike = DirectiveContexts.Location | DirectiveContexts.IfInServer | DirectiveContexts.IfInLocation | DirectiveContexts.LimitExcept;

    public static void Finish(in BlockEnd end)
    {
        var http = end.Block;
        var servers = http.ChildrenOf(DirectiveContexts.Server).ToList();
        foreach (var stage in HttpHandlers.Stages)
        {
            stage.InitMain(end, http);
            foreach (var server in servers)
            {
                stage.MergeServer(end, server);
                MergeLocations(stage, end, server);
            }
        }

        foreach (var server in servers)
        {
            Locations.FinishServer(end, server);
        }

        foreach (var stage in HttpHandlers.Stages)
        {
            stage.Configured(end, http);
        }

        FindVariables(end, Variables.OfHttp);
        ServerNamesEnd.Check(end);
    }

    /// <summary>ngx_http_variables_init_vars and ngx_stream_variables_init_vars.</summary>
    public static void FindVariables(in BlockEnd end, Slot<Variables> slot)
    {
        if (end.Block.IsIncomplete || end.HasUnknownModules || end.Shared.Peek(slot) is not { } variables)
        {
            // What could not be understood may define any variable.
            return;
        }

        foreach (var (name, by) in variables.Unknown())
        {
            end.FailNowhere($"unknown \"{name}\" variable", Suggestion.ForVariable(name, variables), by);
        }
    }

    private static void MergeLocations(ModuleStage stage, in BlockEnd end, OpenBlock block)
    {
        stage.MergeLocation(end, block);
        foreach (var child in block.Children)
        {
            if ((child.Kind & LocationLike) != 0)
            {
                MergeLocations(stage, end, child);
            }
        }
    }
}
