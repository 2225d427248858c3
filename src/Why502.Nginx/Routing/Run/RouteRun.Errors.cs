namespace Why502.Nginx.Routing;

/// <summary>Statuses and error pages (ngx_http_finalize_request, ngx_http_special_response_handler).</summary>
internal sealed partial class RouteRun
{
    private Phase Finalize(int code, string? why)
    {
        if (why is not null)
        {
            Step("error", $"{StatusText(code)}: {why}", null);
        }

        // NGX_HTTP_CLOSE, a request that timed out and one whose client left end without an answer.
        return code is 444 or 408 or 499 || (code < 300 && code is not 201 and not 204) ? Finish(code) : SpecialResponse(code);
    }

    private Phase Finish(int? code)
    {
        status = errorStatus != 0 ? errorStatus : code;
        return Phase.Done;
    }

    private Phase SpecialResponse(int error)
    {
        errorStatus = error;
        if (!errorPageShown && scope.ErrorPages.Count > 0 && uriChanges != 0)
        {
            errorPageShown = !scope.RecursiveErrorPages;
            foreach (var page in scope.ErrorPages)
            {
                if (page.Status == error)
                {
                    return SendErrorPage(page);
                }
            }
        }

        errorStatus = error is 494 or 495 or 496 or 497 ? 400 : errorStatus;
        return Finish(errorStatus);
    }

    private Phase SendErrorPage(ErrorPage page)
    {
        Step("error", $"{StatusText(page.Status)}: {page.Directive}", page.Directive.At);
        errorStatus = page.Overwrite ?? errorStatus;
        var text = Evaluate(page.Target);
        if (text.StartsWith('/'))
        {
            var pageArgs = page.Arguments;
            if (pageArgs is null)
            {
                (text, pageArgs) = Split(text);
            }

            method = method == "HEAD" ? "HEAD" : "GET";
            return InternalRedirect(text, pageArgs);
        }

        if (text.StartsWith('@'))
        {
            return NamedLocation(text);
        }

        errorStatus = page.Overwrite is 301 or 302 or 303 or 307 or 308 ? page.Overwrite.Value : 302;
        redirect = text;
        return Finish(errorStatus);
    }

    /// <summary>ngx_http_split_args.</summary>
    private static (string Uri, string Arguments) Split(string text)
    {
        var mark = text.IndexOf('?');
        return mark < 0 ? (text, string.Empty) : (text[..mark], text[(mark + 1)..]);
    }
}
