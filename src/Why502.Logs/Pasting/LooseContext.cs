using System.Text;
using System.Text.RegularExpressions;

namespace Why502.Logs.Pasting;

/// <summary>
/// Sets the commas, colons and quotes of nginx's context where a teller typed it off without them: <c>… while connecting to upstream client 192.0.2.7 server: shop.example request GET / HTTP/1.1</c>.
/// </summary>
internal static partial class LooseContext
{
    /// <summary>One word may stand behind a phase by chance.</summary>
    private const int KeysMin = 2;

    /// <summary>The keys of ngx_http_log_error_handler() in its order; a server's name has no quotes there, nor has the client.</summary>
    private static readonly string[] Order = ["client", "server", "request", "subrequest", "upstream", "host", "referrer"];

    /// <summary>The line with its context in nginx's form, or as it is.</summary>
    /// <param name="text">A message of nginx, whose phase something follows.</param>
    public static string Punctuated(string text)
    {
        if (PhaseEnd(text) is not { } end || Keys().Matches(text, end) is not { Count: >= KeysMin } found || found[0].Index != end)
        {
            return text;
        }

        var built = new StringBuilder(text, 0, end, text.Length + 32);
        var last = -1;
        for (var index = 0; index < found.Count; index++)
        {
            var key = found[index].Groups["key"].Value;
            var at = Array.IndexOf(Order, key);
            var from = found[index].Index + found[index].Length;
            var value = text[from..(index + 1 < found.Count ? found[index + 1].Index : text.Length)].Trim().Trim('"', ',', ' ');
            if (at <= last || value.Length == 0)
            {
                return text;
            }

            last = at;
            var quote = key is "client" or "server" ? "" : "\"";
            built.Append(", ").Append(key).Append(": ").Append(quote).Append(value).Append(quote);
        }

        return built.ToString();
    }

    private static int? PhaseEnd(string text)
    {
        const string Before = " while ";
        var start = text.IndexOf(Before, StringComparison.Ordinal);
        return start >= 0 && ErrorPhases.All.Where(phase => text.AsSpan(start + Before.Length).StartsWith(phase)).MaxBy(phase => phase.Length) is { } longest
            ? start + Before.Length + longest.Length
            : null;
    }

    [GeneratedRegex(@",? (?<key>client|server|request|subrequest|upstream|host|referrer):? ")]
    private static partial Regex Keys();
}
