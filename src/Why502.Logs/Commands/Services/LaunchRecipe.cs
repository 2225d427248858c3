namespace Why502.Logs.Commands;

/// <summary>
/// The command line that starts an app, out of what somebody handed over: a unit's <c>ExecStart=</c> (systemd.service(5)), a Dockerfile's CMD and ENTRYPOINT, <c>command=</c> of supervisord's
/// programs, <c>exec</c> of an Upstart job, and a Procfile's processes. Told, not seen to run.
/// </summary>
public sealed partial class LaunchRecipe : ICommandReader
{
    private const int LinesJoinedMax = 20;

    public string Command => "systemctl cat";

    public bool Looks(PastedText text) => text.Any(line => Launched(line) is not null) && (text.Any(IsSection) || text.Any(IsImage) || text.Any(IsJob) || text.Any(IsProcess));

    public IEnumerable<CommandRecord> Read(PastedText text)
    {
        var isDockerfile = text.Any(IsImage);
        var directory = "";
        var (entry, entryLine) = ("", 0);
        for (var index = 0; index < text.Lines.Count; index++)
        {
            var line = text.Lines[index];
            if (IsSection(line.Text) && line.Text.StartsWith("[program:", StringComparison.Ordinal))
            {
                directory = "";
            }

            directory = DirectoryOf(line.Text) ?? directory;
            if (Launched(Joined(text, index)) is not { Length: > 0 } command)
            {
                continue;
            }

            command = Absolute(command, directory.Length > 0 ? directory : text.Lines.Skip(index).TakeWhile(later => !later.Text.StartsWith('[')).Select(later => DirectoryOf(later.Text)).FirstOrDefault(found => found is not null) ?? "");

            if (isDockerfile)
            {
                // The last CMD counts, and is appended to ENTRYPOINT in its list form.
                (entry, entryLine) = (entry.Length > 0 && line.Text.StartsWith("CMD", StringComparison.Ordinal) ? $"{entry} {command}" : command, line.Number);
                continue;
            }

            yield return new ListedProcess(0, null, null, command, false) { Line = line.Number };
        }

        if (entry.Length > 0)
        {
            yield return new ListedProcess(0, null, null, entry, false) { Line = entryLine };
        }
    }

    private static bool IsSection(string line)
        => line.Trim() is "[Service]" or "[Unit]" or "[Install]" || (line.StartsWith("[program:", StringComparison.Ordinal) && line.TrimEnd().EndsWith(']')) || line.StartsWith("ExecStart=", StringComparison.Ordinal);

    /// <summary>systemd.service(5), supervisord's <c>directory</c>, Upstart's <c>chdir</c> and a Dockerfile's WORKDIR: where a relative path of the command begins.</summary>
    private static string? DirectoryOf(string line)
        => (Behind(line.Trim(), "WorkingDirectory=") ?? Behind(line.Trim(), "directory=") ?? Behind(line.Trim(), "chdir ") ?? Behind(line, "WORKDIR ")) is ['/', ..] path ? path : null;

    /// <summary><c>--bind unix:app.sock</c>: bind(2) makes it in the working directory.</summary>
    private static string Absolute(string command, string directory)
        => directory.Length == 0 ? command : RelativeSocket().Replace(command, $"unix:{directory.TrimEnd('/')}/");

    [System.Text.RegularExpressions.GeneratedRegex(@"(?<=[\s=])unix:(?:\./)?(?=[\w.-]+(?:/[\w.-]+)*(?:\s|$))")]
    private static partial System.Text.RegularExpressions.Regex RelativeSocket();

    private static bool IsImage(string line) => line.StartsWith("FROM ", StringComparison.Ordinal) && line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length is 2 or 4;

    private static bool IsJob(string line) => line.StartsWith("start on ", StringComparison.Ordinal) || line.StartsWith("respawn", StringComparison.Ordinal);

    private static bool IsProcess(string line) => line.StartsWith("web: ", StringComparison.Ordinal);

    private static string Joined(PastedText text, int index)
    {
        var joined = text.Lines[index].Text;
        for (var next = index + 1; next < text.Lines.Count && next - index < LinesJoinedMax && joined.TrimEnd().EndsWith('\\'); next++)
        {
            joined = $"{joined.TrimEnd().TrimEnd('\\')} {text.Lines[next].Text.Trim()}";
        }

        return joined;
    }

    private static string? Launched(string line)
    {
        var text = line.Trim();
        return text.Length > CommandReaders.LineCharsMax ? null
            : Behind(text, "ExecStart=") is { } unit ? unit.TrimStart('-', '@', '+', '!', ':')
            : Behind(text, "command=") ?? Behind(text, "command = ") ?? Behind(text, "web: ") ?? (line.StartsWith("exec ", StringComparison.Ordinal) ? text[5..].Trim() : null)
                ?? (Behind(text, "CMD ") ?? Behind(text, "ENTRYPOINT ")) switch
                {
                    ['[', ..] list => string.Join(' ', list.Trim('[', ']', ' ').Split(',').Select(word => word.Trim().Trim('"'))),
                    var shell => shell,
                };
    }

    private static string? Behind(string text, string marker) => text.StartsWith(marker, StringComparison.Ordinal) ? text[marker.Length..].Trim() : null;
}
