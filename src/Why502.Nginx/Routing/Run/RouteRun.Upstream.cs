namespace Why502.Nginx.Routing;

/// <summary>What is sent to an upstream.</summary>
internal sealed partial class RouteRun
{
    /// <summary>ngx_http_proxy_handler and ngx_http_proxy_create_request.</summary>
    private Phase Proxy()
    {
        if (scope.PassOf("proxy_pass") is not { } directive)
        {
            return Finalize(500, "no proxy_pass is in force here");
        }

        var script = Script.Compile(ByteText.Argument(directive));
        var url = Evaluate(script);
        pass = directive;
        upstreamTarget = url;
        var parsed = PassUrl.Parse(url);
        if (parsed is null && ByteText.IsKnown(url))
        {
            return Finalize(500, $"invalid upstream address {ByteText.ToText(url)}");
        }

        var passUri = parsed?.Uri ?? string.Empty;
        var evaluated = !script.IsLiteral;
        if (evaluated && passUri.StartsWith('?'))
        {
            passUri = "/" + passUri;
        }

        upstreamUri = parsed is null ? ByteText.Unknown.ToString() : UpstreamUri(directive, passUri, evaluated);
        Step("upstream", $"{directive}: {method} {ByteText.ToText(upstreamUri)}", directive.At);
        if (evaluated && parsed is { IsLiteral: false } && scope.InForce("resolver") is null
            && !table.KnowsUpstream(parsed.Host, parsed.Port, parsed.HasPort))
        {
            return Finalize(502, $"no resolver is configured to resolve {ByteText.ToText(parsed.Host)}");
        }

        return Finish(null);
    }

    private string UpstreamUri(Directive directive, string passUri, bool evaluated)
    {
        if (evaluated && passUri.Length > 0)
        {
            return passUri;
        }

        if (passUri.Length == 0 && validUnparsedUri)
        {
            return unparsedUri;
        }

        var holder = scope.Holder(directive);
        var replaced = validLocation && passUri.Length > 0 && holder.Kind == ScopeKind.Location && !holder.IsRegex && !holder.IsNamed ? holder.Name.Length : 0;
        var rest = replaced <= uri.Length ? uri[replaced..] : string.Empty;
        return (validLocation ? passUri : string.Empty)
            + (quotedUri || isInternal ? UriEscape.Path(rest) : rest)
            + (args.Length > 0 ? "?" + args : string.Empty);
    }

    /// <summary>ngx_http_grpc_create_request.</summary>
    private Phase Grpc()
    {
        var directive = scope.PassOf("grpc_pass") ?? contentHandler!.Directive!;
        pass = directive;
        upstreamTarget = Evaluate(Script.Compile(ByteText.Argument(directive)));
        upstreamUri = validUnparsedUri
            ? unparsedUri
            : (quotedUri || isInternal ? UriEscape.Path(uri) : uri) + (args.Length > 0 ? "?" + args : string.Empty);
        Step("upstream", $"{directive}: {ByteText.ToText(upstreamUri)}", directive.At);
        return Finish(null);
    }

    private Phase OtherUpstream()
    {
        var directive = scope.PassOf(contentHandler!.Directive!.Name) ?? contentHandler.Directive!;
        pass = directive;
        upstreamTarget = Evaluate(Script.Compile(ByteText.Argument(directive)));
        Step("upstream", $"{directive}: $uri is {ByteText.ToText(uri)}", directive.At);
        return Finish(null);
    }
}
