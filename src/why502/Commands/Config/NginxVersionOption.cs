using System.CommandLine;
using Why502.Host.Checks;
using Why502.Nginx.Checks;

namespace Why502.Cli.Commands.Config;

/// <summary><c>--nginx-version VERSION</c>: the nginx that is meant, when it is not the installed one.</summary>
internal static class NginxVersionOption
{
    public static Option<string?> Create(string description)
    {
        var option = new Option<string?>("--nginx-version") { Description = $"{description} (1.26.3, latest)", HelpName = "VERSION" };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && Read(token.Value) is null)
            {
                result.AddError($"--nginx-version takes a version such as 1.26.3, or latest, not '{token.Value}'.");
            }
        });
        return option;
    }

    /// <summary>The nginx that was asked for, with everything compiled in; else the installed one, else the newest that is known.</summary>
    public static NginxFacts FactsOf(string? wanted, InstalledNginx? installed) => wanted is null ? installed?.Facts ?? NginxFacts.Newest : Read(wanted)!;

    private static NginxFacts? Read(string version) =>
        version == "latest" ? NginxFacts.Newest : Version.TryParse(version, out var parsed) && parsed.Build >= 0 ? new NginxFacts(parsed) : null;
}
