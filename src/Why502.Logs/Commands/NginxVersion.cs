namespace Why502.Logs.Commands;

/// <summary>What <c>nginx -v</c> and <c>-V</c> say.</summary>
/// <param name="OpenSsl">Such as "3.0.11"; null without the line.</param>
public sealed record NginxBuildText(NginxRelease Release, string? OpenSsl, bool Verbose) : CommandRecord;

/// <summary>nginx.c (ngx_show_version_info); the forks write their own name.</summary>
public sealed class NginxVersion : ICommandReader
{
    public string Command => "nginx -V";

    public bool Looks(PastedText text) => text.Any(NginxRelease.IsOne);

    public IEnumerable<CommandRecord> Read(PastedText text)
    {
        if (text.First(NginxRelease.IsOne) is { } line && NginxRelease.Parse(text.Lines.Select(other => other.Text)) is { } release)
        {
            var openSsl = text.First(other => other.StartsWith("built with OpenSSL ", StringComparison.Ordinal));
            yield return new NginxBuildText(release, openSsl?.Words.ElementAtOrDefault(3), text.Any(other => other.StartsWith("configure arguments:", StringComparison.Ordinal))) { Line = line.Number };
        }
    }
}
