namespace Why502.Logs.Commands;

/// <summary>
/// A container as the command line that makes it tells: <c>docker run -d --name web -p 8080:80 IMAGE</c> (docker-run(1), podman-run(1)), at a prompt, in a script or alone on a line, over several lines
/// with backslashes. Told, not seen to run.
/// </summary>
public sealed class ContainerCommand : ICommandReader
{
    private const int LinesJoinedMax = 60;

    /// <summary>Options of docker-run(1) that take no value of their own.</summary>
    private static readonly HashSet<string> Flags = new(StringComparer.Ordinal) { "--detach", "--interactive", "--tty", "--rm", "--init", "--privileged", "--read-only", "--publish-all", "--no-healthcheck", "--oom-kill-disable", "--sig-proxy", "--quiet" };

    public string Command => "docker run";

    public bool Looks(PastedText text) => Begins(text.Command ?? "") || text.Any(line => Begins(line));

    public IEnumerable<CommandRecord> Read(PastedText text)
    {
        if (text.Command is { } command && Begins(command) && Container(Joined(command, text.Lines, 0)) is { } typed)
        {
            yield return typed with { Line = text.Lines is [var below, ..] ? Math.Max(1, below.Number - 1) : 1 };
        }

        for (var index = 0; index < text.Lines.Count; index++)
        {
            var line = text.Lines[index];
            if (Begins(line.Text) && Container(Joined(line.Text, text.Lines, index + 1)) is { } told)
            {
                yield return told with { Line = line.Number };
            }
        }
    }

    private static bool Begins(string line)
    {
        var text = line.AsSpan().Trim().TrimStart("$`# ");
        text = text.StartsWith("sudo ") ? text[5..].TrimStart() : text;
        return (text.StartsWith("docker ") || text.StartsWith("podman ")) && (text[7..].TrimStart().StartsWith("run ") || text[7..].TrimStart().StartsWith("container run ")) && text.Length < CommandReaders.LineCharsMax;
    }

    private static string Joined(string first, IReadOnlyList<PastedLine> below, int next)
    {
        var joined = first;
        for (var count = 0; next < below.Count && count < LinesJoinedMax && joined.TrimEnd().EndsWith('\\'); next++, count++)
        {
            joined = $"{joined.TrimEnd().TrimEnd('\\')} {below[next].Text.Trim()}";
        }

        return joined.Trim().Trim('`');
    }

    private static CommandRecord? Container(string command)
    {
        var words = command.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        var at = Array.IndexOf(words, "run") + 1;
        var (name, ports, exposed) = ("", new List<(string, int, int)>(), new List<int>());
        var onHost = false;
        for (; at < words.Length && words[at][0] == '-'; at++)
        {
            var (key, value) = words[at].Split('=', 2) is [var before, var behind] && words[at].StartsWith("--", StringComparison.Ordinal) ? (before, behind) : (words[at], null);
            if (Flags.Contains(key) || (value is null && IsShortFlags(key)))
            {
                continue;
            }

            // -p8080:80 has its value in the same word.
            value ??= key is ['-', 'p' or 'v' or 'e', not '-', ..] ? key[2..] : at + 1 < words.Length ? words[++at] : null;
            value = value?.Trim('"', '\'');
            switch (key.StartsWith("-p", StringComparison.Ordinal) ? "--publish" : key)
            {
                case "--name":
                    name = value ?? "";
                    break;
                case "--publish" when value is not null && ComposeFile.Port(value) is { } port:
                    ports.Add(port);
                    break;
                case "--expose" when int.TryParse(value?.Split('/')[0], out var number):
                    exposed.Add(number);
                    break;
                case "--net" or "--network":
                    onHost = value == "host";
                    break;
                default:
                    break;
            }
        }

        var image = at < words.Length ? words[at].Trim('"', '\'') : null;
        return image is null || !char.IsAsciiLetterOrDigit(image[0]) ? null
            : NginxFamily.IsNamedIn(Repository(image)) ? (onHost ? null : new ContainedNginx(image))
            : onHost ? null
            : new ListedContainer("", name, image, ComposeFile.Defined, null, false, 0, ports) { Exposed = exposed };
    }

    /// <summary><c>-d</c>, <c>-it</c>, <c>-dit</c>, <c>-P</c></summary>
    private static bool IsShortFlags(string word) => word.Length is > 1 and < 6 && word[1] != '-' && word.AsSpan(1).IndexOfAnyExcept("ditP") < 0;

    private static string Repository(string image) => image[(image.LastIndexOf('/') + 1)..].Split(':')[0];
}
