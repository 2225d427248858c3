using System.CommandLine;

namespace Why502.Cli.Commands.Config;

/// <summary>The files a config command is given, and what is said when one cannot be read.</summary>
internal static class ConfigFiles
{
    public static Argument<string[]> Argument() => new("file")
    {
        Description = "Configuration files; each is answered for itself, in order",
        HelpName = "FILE",
        Arity = ArgumentArity.OneOrMore,
    };

    /// <summary>The file's bytes, or the reason why there are none, worded as nginx words it.</summary>
    public static (byte[]? Bytes, string? Problem) Read(string path)
    {
        try
        {
            return (File.ReadAllBytes(path), null);
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
}
