using System.Runtime.CompilerServices;
using Why502.Nginx;

namespace Why502.Diagnosis.Readings;

/// <summary>Turns recorded bytes into the configuration model, once for each answer: diagnosis runs several rounds over the same bytes.</summary>
public static class ConfigurationReading
{
    private static readonly ConditionalWeakTable<ConfigurationFact, NginxConfiguration> Parsed = [];

    public static ConfigurationText Question(NginxInstance instance) => new(instance.ConfigPath, instance.Prefix) { ThroughPid = instance.FilesThrough };

    /// <summary>The configuration of an instance, or null while it is not seen.</summary>
    public static NginxConfiguration? ConfigurationOf(this Observations seen, NginxInstance instance)
        => seen.Ask(Question(instance)).Saw(out var text)
            ? Parsed.GetValue(text, fact => Parse(fact, instance))
            : null;

    private static NginxConfiguration Parse(ConfigurationFact text, NginxInstance instance)
        => NginxConfiguration.Load(new RecordedSource(text), instance.ConfigPath, instance.Prefix, instance.GlobalDirectives);

    /// <summary>Serves the recorded bytes, and the recorded reason where there are none.</summary>
    private sealed class RecordedSource : IConfigurationSource
    {
        private readonly InMemorySource files = new();
        private readonly Dictionary<string, string> problems = new(StringComparer.Ordinal);

        public RecordedSource(ConfigurationFact text)
        {
            foreach (var file in text.Files)
            {
                files.Add(file.Path, file.Content ?? []);
                if (file.Content is null)
                {
                    problems[file.Path] = file.Problem ?? "not readable";
                }
            }
        }

        public SourceFile Read(string path) => problems.TryGetValue(path, out var problem) ? new(path, null, problem) : files.Read(path);

        public IReadOnlyList<string> Glob(string pattern) => files.Glob(pattern);
    }
}
