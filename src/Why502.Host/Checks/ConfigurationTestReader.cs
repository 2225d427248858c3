using Why502.Diagnosis;
using Why502.Host.Logs;
using Why502.Host.Machine;
using Why502.Nginx;
using Why502.Nginx.Checks;

namespace Why502.Host.Checks;

/// <summary>Walks the configuration on disk as <c>nginx -t</c> would. Names are not looked up: that is a question of its own.</summary>
internal static class ConfigurationTestReader
{
    private const int ErrorsMax = 8;

    public static Look Read(ConfigurationTest test, CancellationToken cancellation)
    {
        var installed = test.Binary.Length == 0 ? InstalledNginx.Find() : InstalledNginx.At(test.Binary);
        var source = new FileConfigurationSource(cancellation);
        var configuration = NginxConfiguration.Load(source, test.ConfigPath, test.Prefix);

        // A file that only why502 may not read is no mistake of the configuration: nginx's master is root.
        if (source.Files.FirstOrDefault(file => file.Content is null && file.Problem?.Contains("(13:", StringComparison.Ordinal) == true) is { } closed)
        {
            return Look.Blind($"{closed.Path} may not be read", test.ConfigPath);
        }

        var problems = ConfigurationCheck.Run(configuration, installed?.Facts ?? NginxFacts.Newest, new LiveCheckWorld(resolve: false));
        return Look.Saw(
            new ConfigurationTestFact(Errors(problems.Where(problem => problem.Kind != ProblemKind.Warning)))
            {
                Doubts = Errors(problems.Where(problem => problem is { Kind: ProblemKind.Warning, Hint: not null })),
            },
            $"{test.ConfigPath}, as nginx -t reads it");
    }

    private static IReadOnlyList<ConfigurationError> Errors(IEnumerable<Problem> problems)
        => [.. problems.Take(ErrorsMax).Select(problem => new ConfigurationError(problem.At.File, problem.At.Line, problem.Message, problem.Hint))];
}
