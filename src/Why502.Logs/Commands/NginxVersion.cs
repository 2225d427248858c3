namespace Why502.Logs.Commands;

/// <summary>What <c>nginx -v</c> and <c>-V</c> say.</summary>
/// <param name="Name">nginx, openresty, angie, tengine, freenginx.</param>
/// <param name="OpenSsl">Such as "3.0.11"; null without the line.</param>
public sealed record NginxBuildText(string Name, string Version, string? OpenSsl, bool Verbose) : CommandRecord;

/// <summary>nginx.c (ngx_show_version_info); the forks write their own name.</summary>
public sealed class NginxVersion : ICommandReader
{
    public string Command => "nginx -V";

    public bool Looks(PastedText text) => text.Any(line => line.TrimStart().StartsWith("nginx version: ", StringComparison.OrdinalIgnoreCase) || line.StartsWith("Angie version: ", StringComparison.Ordinal));

    public IEnumerable<CommandRecord> Read(PastedText text)
    {
        if (text.First(line => line.Contains(" version: ", StringComparison.Ordinal)) is not { } line)
        {
            yield break;
        }

        var product = line.Text[(line.Text.IndexOf(" version: ", StringComparison.Ordinal) + 10)..].Trim().Split(' ')[0];
        var slash = product.IndexOf('/');
        if (slash > 0)
        {
            var openSsl = text.First(other => other.StartsWith("built with OpenSSL ", StringComparison.Ordinal));
            yield return new NginxBuildText(product[..slash].ToLowerInvariant(), product[(slash + 1)..], openSsl?.Words.ElementAtOrDefault(3), text.Any(other => other.StartsWith("configure arguments:", StringComparison.Ordinal))) { Line = line.Number };
        }
    }
}
