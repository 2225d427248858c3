using System.Text.RegularExpressions;
using Why502.Host.Kernel;

namespace Why502.Host.Logs;

/// <param name="Packing">Empty for plain text, else the extension: ".gz", ".zst" …</param>
internal sealed record RotatedFile(string Path, string Packing, FileStatus Status);

/// <summary>The predecessors that logrotate (plain, dateext, dateformat, extension), newsyslog and cron scripts leave beside a log.</summary>
internal static partial class RotatedFiles
{
    /// <summary>Newest first, by the time of their last line; what is no regular file is not listed.</summary>
    public static IReadOnlyList<RotatedFile> Of(string path, LogLimits limits)
    {
        var directory = Path.GetDirectoryName(path);
        if (string.IsNullOrEmpty(directory))
        {
            return [];
        }

        var name = Path.GetFileName(path);
        try
        {
            return
            [
                .. Directory.EnumerateFiles(directory)
                    .Take(limits.DirectoryEntriesMax)
                    .Select(file => (File: file, Packing: PackingOf(name, Path.GetFileName(file))))
                    .Where(found => found.Packing is not null)
                    .Select(found => new RotatedFile(found.File, found.Packing!, FileCalls.Status(found.File) ?? default))
                    .Where(file => file.Status.IsRegular)
                    .OrderByDescending(file => file.Status.ModifiedAt)
                    .ThenBy(file => file.Path, StringComparer.Ordinal)
                    .Take(limits.RotatedFilesMax),
            ];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // A directory that may be searched and not listed hides the predecessors; the log itself can still be read.
            return [];
        }
    }

    /// <returns>The packing when <paramref name="candidate"/> is a rotated <paramref name="name"/>, else null.</returns>
    internal static string? PackingOf(string name, string candidate)
    {
        var stem = Path.GetFileNameWithoutExtension(name);
        var extension = Path.GetExtension(name);
        var rest = candidate.StartsWith(name, StringComparison.Ordinal) ? candidate[name.Length..]
            : extension.Length > 0 && candidate.StartsWith(stem, StringComparison.Ordinal) && candidate.Contains(extension, StringComparison.Ordinal)
                ? candidate[stem.Length..].Replace(extension, "", StringComparison.Ordinal)
                : "";
        var match = Suffix().Match(rest);
        return match.Success ? match.Groups["packing"].Value : null;
    }

    /// <summary>A number or a date in any of strftime's numeric forms, then the packing.</summary>
    [GeneratedRegex(@"^[._-][0-9][0-9T:_.-]{0,30}(?<packing>|\.gz|\.zst|\.xz|\.bz2|\.lz4|\.zip)\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Suffix();
}
