namespace Why502.Nginx.Routing;

/// <summary>The variables of the FastCGI module, which <c>try_files $fastcgi_script_name =404</c> of the distributions' snippets depends on.</summary>
internal sealed partial class RouteRun
{
    /// <summary>ngx_http_fastcgi_script_name_variable.</summary>
    private string FastCgiScriptName()
    {
        var script = FastCgiSplit() is { } split ? split.Group(1) : uri;
        return script.EndsWith('/') && scope.InForce("fastcgi_index") is { } index ? script + ByteText.Argument(index) : script;
    }

    /// <summary>ngx_http_fastcgi_path_info_variable.</summary>
    private string FastCgiPathInfo() => FastCgiSplit()?.Group(2) ?? string.Empty;

    /// <summary>ngx_http_fastcgi_split; null where nothing is split, and the URI is the script's name.</summary>
    private PatternMatch? FastCgiSplit()
        => scope.InForce("fastcgi_split_path_info") is { } directive && Pattern.TryCreate(ByteText.Argument(directive), ignoreCase: false)?.Match(uri) is { Kind: MatchKind.Found } match ? match : null;
}
