using System.Globalization;

namespace Why502.Nginx.Routing;

/// <summary>One status of an error_page directive (ngx_http_core_error_page).</summary>
/// <param name="Overwrite">The status to answer with; 0 for the page's own, null to keep the error's.</param>
/// <param name="Arguments">Those of a fixed URI; null when the value is split after its variables are put in.</param>
internal sealed record ErrorPage(int Status, int? Overwrite, Script Target, string? Arguments, Directive Directive)
{
    public static IEnumerable<ErrorPage> Read(Directive directive)
    {
        var words = ByteText.Words(directive);
        if (words.Length < 3)
        {
            return [];
        }

        int? overwrite = null;
        var last = words.Length - 1;
        if (words[last - 1].StartsWith('='))
        {
            last--;
            overwrite = int.TryParse(words[last].AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var status) ? status : 0;
        }

        var uri = words[^1];
        var script = Script.Compile(uri);
        string? arguments = null;
        if (script.IsLiteral && uri.StartsWith('/'))
        {
            var mark = uri.IndexOf('?');
            arguments = mark < 0 ? string.Empty : uri[(mark + 1)..];
            script = mark < 0 ? script : Script.Compile(uri[..mark]);
        }

        return words[1..last]
            .Select(w => int.TryParse(w, NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? code : 0)
            .Select(code => new ErrorPage(code, overwrite ?? Implied(code), script, arguments, directive));
    }

    /// <summary>497, 495, 496 and 494 are nginx's own codes: clients see 400.</summary>
    private static int? Implied(int status) => status is 494 or 495 or 496 or 497 ? 400 : null;
}
