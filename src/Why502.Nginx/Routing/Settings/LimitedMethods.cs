namespace Why502.Nginx.Routing;

/// <summary>ngx_http_core_limit_except: the methods that stay free, and the configuration for all others.</summary>
internal sealed class LimitedMethods
{
    private readonly HashSet<string> free;

    public LimitedMethods(Scope scope)
    {
        Scope = scope;
        free = new HashSet<string>(scope.Block.Arguments, StringComparer.OrdinalIgnoreCase);
        if (free.Contains("GET"))
        {
            free.Add("HEAD");
        }
    }

    public Scope Scope { get; }

    public bool Limits(string method) => !free.Contains(method);
}
