using System.CommandLine;
using Why502.Host.Logs;
using Why502.Nginx;

namespace Why502.Cli.Commands.Config;

/// <summary>The files a config command is given, and what is said when one cannot be read.</summary>
internal static class ConfigFiles
{
    /// <summary>The largest generated configurations seen are some 200 MB.</summary>
    private const int BytesMax = 1 << 30;

    public static Argument<string[]> Argument() => new("file")
    {
        Description = "Configuration files; each is answered for itself, in order; - is standard input",
        HelpName = "FILE",
        Arity = ArgumentArity.OneOrMore,
    };

    /// <summary>What a configuration given to a tool includes: of any size that a machine can hold.</summary>
    public static IConfigurationSource Source() => new FileConfigurationSource(CancellationToken.None) { FileBytesMax = BytesMax, TotalBytesMax = BytesMax };

    /// <summary>The file's bytes, or the reason why there are none, worded as nginx words it.</summary>
    public static (byte[]? Bytes, string? Problem) Read(string path)
    {
        try
        {
            return (path == "-" ? ReadStandardInput() : File.ReadAllBytes(path), null);
        }
        catch (FileNotFoundException)
        {
            return (null, "(2: No such file or directory)");
        }
        catch (DirectoryNotFoundException)
        {
            return (null, "(2: No such file or directory)");
        }
        catch (UnauthorizedAccessException)
        {
            return (null, Directory.Exists(path) ? "(21: Is a directory)" : "(13: Permission denied)");
        }
        catch (IOException failure)
        {
            return (null, $"({failure.Message})");
        }
    }

    /// <summary>Loads FILE as <c>nginx -p PREFIX -c FILE</c> would, PREFIX being its folder unless given; null with the reason when it cannot be read.</summary>
    public static (NginxConfiguration? Configuration, string? Problem) Load(string path, string? prefix = null)
    {
        var (bytes, problem) = Read(path);
        if (bytes is null)
        {
            return (null, $"open() \"{path}\" failed {problem}");
        }

        var main = Path.GetFullPath(path);
        return (NginxConfiguration.Load(new GivenFirst(main, bytes, Source()), main, prefix is null ? Path.GetDirectoryName(main)! : Path.GetFullPath(prefix), null, Environment.UserName != "root"), null);
    }

    private static byte[] ReadStandardInput()
    {
        using var input = Console.OpenStandardInput();
        using var content = new MemoryStream();
        input.CopyTo(content);
        return content.ToArray();
    }

    /// <summary>The main file was read already (it may be standard input); what it includes comes from the disk.</summary>
    private sealed class GivenFirst(string main, byte[] content, IConfigurationSource rest) : IConfigurationSource
    {
        public SourceFile Read(string path) => path == main ? new SourceFile(path, content, null) : rest.Read(path);

        public IReadOnlyList<string> Glob(string pattern) => rest.Glob(pattern);
    }
}
