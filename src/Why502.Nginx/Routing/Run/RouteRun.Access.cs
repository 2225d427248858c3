using System.Net;

namespace Why502.Nginx.Routing;

/// <summary>The access phase: access, auth_basic and auth_request, in this order (the phase runs its handlers last registered first).</summary>
internal sealed partial class RouteRun
{
    private const int SubrequestDepthMax = 50;

    private int accessCode;

    private const int Declined = 0;
    private const int Allowed = -1;

    private Phase Access()
    {
        if (parent is not null)
        {
            return Phase.PreContent;
        }

        var any = scope.InForce("satisfy")?.Arguments is ["any", ..];
        foreach (var check in (ReadOnlySpan<Func<int>>)[AccessRules, AuthBasic, AuthRequest])
        {
            var result = check();
            if (result == Declined || (result == Allowed && !any))
            {
                continue;
            }

            if (result == Allowed)
            {
                accessCode = 0;
                break;
            }

            if (!any || result is not (401 or 403))
            {
                return Finalize(result, null);
            }

            accessCode = accessCode == 401 ? 401 : result;
        }

        // ngx_http_core_post_access_phase. What a check left behind before an error page took over is still there on the page's way.
        var code = accessCode;
        accessCode = 0;
        return code == 0 ? Phase.PreContent : Finalize(code, "no check of satisfy any lets it pass");
    }

    /// <summary>ngx_http_access_handler.</summary>
    private int AccessRules()
    {
        if (scope.AccessRules.Count == 0)
        {
            return Declined;
        }

        if (!IPAddress.TryParse(Client, out var address))
        {
            return scope.AccessRules.FirstOrDefault(r => r.Rule.IsUnix || r.Rule.Address is null) is { Rule: not null } unix
                ? unix.Deny ? 403 : Allowed
                : Declined;
        }

        foreach (var (deny, rule) in scope.AccessRules)
        {
            if (rule.Holds(address))
            {
                Step("access", $"{Client} is {(deny ? "denied" : "allowed")}", scope.Block.At);
                return deny ? 403 : Allowed;
            }
        }

        return Declined;
    }

    /// <summary>ngx_http_auth_basic_handler; requests carry no credentials unless a header says so.</summary>
    private int AuthBasic()
    {
        if (scope.InForce("auth_basic") is not { } realm || scope.InForce("auth_basic_user_file") is null
            || Evaluate(Script.Compile(ByteText.Argument(realm))) == "off")
        {
            return Declined;
        }

        if (Header("authorization") is null)
        {
            Step("access", "no credentials for auth_basic", realm.At);
            return 401;
        }

        Note("the credentials are taken to be right");
        return Allowed;
    }

    /// <summary>ngx_http_auth_request_handler.</summary>
    private int AuthRequest()
    {
        if (scope.InForce("auth_request") is not { Arguments.Count: 1 } directive || directive.Arguments[0] == "off")
        {
            return Declined;
        }

        var answer = Subrequest(ByteText.Argument(directive), directive);
        switch (answer)
        {
            case null:
                Note($"auth_request {directive.Arguments[0]} is decided by an upstream: taken as allowed");
                return Allowed;
            case >= 200 and < 300:
                Step("access", $"auth_request: {StatusText(answer.Value)}", directive.At);
                return Allowed;
            case 401 or 403:
                return answer.Value;
            default:
                Step("access", $"auth_request: unexpected status {StatusText(answer.Value)}", directive.At);
                return 500;
        }
    }

    /// <summary>ngx_http_subrequest: the status, or null when an upstream decides.</summary>
    private int? Subrequest(string to, Directive directive)
    {
        var depth = 0;
        for (var above = this; above is not null; above = above.parent)
        {
            depth++;
        }

        if (depth > SubrequestDepthMax)
        {
            return 500;
        }

        var run = new RouteRun(this, to);
        run.Step("access", $"{directive}", directive.At);
        run.RunPhases(Phase.ServerRewrite);
        return run.status;
    }

    private RouteRun(RouteRun parent, string uri)
    {
        // sr->variables is the main request's: what a map came to there, it is here.
        (table, request, files, steps, notes, set, cached) =
            (parent.table, parent.request, parent.files, parent.steps, parent.notes, parent.set, parent.cached);
        this.parent = parent;
        this.uri = uri;
        (server, scope, listenAddress, target) = (parent.server, parent.server, parent.listenAddress, parent.target);
        (unparsedUri, hostName) = (parent.unparsedUri, parent.hostName);
        isInternal = true;
        validLocation = true;
    }
}
