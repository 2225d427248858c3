using Why502.Nginx;

namespace Why502.Diagnosis;

/// <summary>Request headers to the upstream, set in one block: proxy_set_header there inherits nothing, so what held until now is written beside it.</summary>
internal static class HeaderFix
{
    /// <param name="headers">Name and value, in the order they are to stand in.</param>
    public static IReadOnlyList<Edit> Set(ProxiedLocation location, params IReadOnlyList<string[]> headers)
    {
        var block = location.Block;
        var own = block.Children("proxy_set_header").ToList();
        var inherited = own.Count > 0 ? [] : (location.Effective("proxy_set_header").All ?? []).Where(header => !headers.Any(wanted => Names(header, wanted[0])));
        return
        [
            .. own.Where(line => headers.Any(wanted => Names(line.Arguments, wanted[0]))).Select(line => new Edit.SetArguments(line, headers.First(wanted => Names(line.Arguments, wanted[0])))),
            .. inherited.Select(header => new Edit.Add(NewDirective.Simple("proxy_set_header", [.. header]), Place.AmongItsKind(block))),
            .. headers.Where(wanted => !own.Any(line => Names(line.Arguments, wanted[0]))).Select(wanted => new Edit.Add(NewDirective.Simple("proxy_set_header", wanted), Place.AmongItsKind(block))),
        ];
    }

    private static bool Names(IReadOnlyList<string> header, string name) => header.Count > 0 && header[0].Equals(name, StringComparison.OrdinalIgnoreCase);
}
