using System.Text;
using Why502.Diagnosis;
using Why502.Nginx;

namespace Why502.Cli.Given;

/// <summary>The configuration among the files of the command line, joined to one where it came in pieces.</summary>
internal sealed class GivenConfiguration
{
    private const string CombinedMain = "(given files)";
    private const string UsualPrefix = "/etc/nginx/";

    private readonly Lazy<ConfigurationFact> fact;
    private readonly Lazy<NginxConfiguration?> model;

    /// <param name="files">Those that are configuration, in the order in which they were given.</param>
    public GivenConfiguration(IReadOnlyList<GivenFile> files)
    {
        IsEmpty = files.Count == 0;
        fact = new(() => Joined(files));
        model = new(() => IsEmpty ? null : Load(fact.Value));
    }

    public bool IsEmpty { get; }

    /// <summary>Only where there is configuration.</summary>
    public ConfigurationFact Fact => fact.Value;

    /// <summary>What it means; null without configuration.</summary>
    public NginxConfiguration? Model => model.Value;

    public string MainPath => IsEmpty ? "nginx.conf" : Fact.Files[0].Path;

    /// <summary>What relative paths in it count from.</summary>
    public string Prefix => !IsEmpty && MainPath.StartsWith('/') ? Path.GetDirectoryName(MainPath)! + "/" : UsualPrefix;

    private static NginxConfiguration Load(ConfigurationFact fact)
    {
        var source = new InMemorySource(fact.Files.Where(file => file.Content is not null).Select(file => KeyValuePair.Create(file.Path, file.Content!)));
        return NginxConfiguration.Load(source, fact.Files[0].Path, UsualPrefix);
    }

    /// <summary>
    /// The given configuration files, the main one first. Includes find their files only among those that were given. Several
    /// pieces of which none includes the others are joined by a main file that is only thought of.
    /// </summary>
    private static ConfigurationFact Joined(IReadOnlyList<GivenFile> files)
    {
        var texts = files.Select(file => new ConfigurationTextFile(file.Path, file.Content ?? ReadAll(file.Path), null, null)).ToList();
        var main = texts.FindIndex(text => text.Content is { } content && (DumpText.IsDump(content) || IsMain(content)));
        if (texts.Count > 1 && main < 0)
        {
            var includes = string.Concat(texts.Select(text => $"include \"{text.Path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\";\n"));
            texts.Insert(0, new ConfigurationTextFile(CombinedMain, Encoding.UTF8.GetBytes(includes), null, null));
        }
        else if (main > 0)
        {
            (texts[0], texts[main]) = (texts[main], texts[0]);
        }

        return new ConfigurationFact(texts);
    }

    /// <summary>A main file has http at its top; the pieces it includes do not.</summary>
    private static bool IsMain(byte[] content)
    {
        var configuration = NginxConfiguration.Load(new InMemorySource([KeyValuePair.Create("/given", content)]), "/given", "/");
        return configuration.Root.Any(directive => directive.Name is "http" or "events");
    }

    private static byte[]? ReadAll(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            var content = new byte[(int)Math.Min(file.Length, GivenFile.ConfigurationBytesMax)];
            var read = file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            return read == content.Length ? content : content[..read];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
