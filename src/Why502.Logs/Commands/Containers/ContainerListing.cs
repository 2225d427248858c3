using System.Buffers;
using System.Globalization;

namespace Why502.Logs.Commands;

/// <summary>A container as <c>docker ps</c>, <c>docker compose ps</c> or <c>docker inspect</c> shows it.</summary>
/// <param name="State">running, exited, restarting, created, paused, dead; "defined" in a compose file.</param>
/// <param name="Published">Host port and the container's.</param>
public sealed record ListedContainer(string Id, string Name, string? Image, string State, int? ExitCode, bool OomKilled, int RestartCount, IReadOnlyList<(string Address, int Host, int Container)> Published) : CommandRecord
{
    /// <summary>Its name in a compose file.</summary>
    public string? Service { get; init; }

    /// <summary>Ports that its image or its recipe says it listens on.</summary>
    public IReadOnlyList<int> Exposed { get; init; } = [];

    /// <summary>The port that it asks an nginx which writes its configuration from the containers (nginx-proxy's VIRTUAL_PORT) to be reached at.</summary>
    public int? ProxiedPort { get; init; }
}

/// <summary>
/// <c>docker ps</c> and <c>podman ps</c> (docker/cli, formatter/container.go): a row is known by its status, since a paste seldom keeps the columns apart;
/// <c>docker inspect</c> by its members, whole or a few of them.
/// </summary>
public sealed class ContainerListing : ICommandReader
{
    private const int PortsMax = 64;

    private static readonly SearchValues<char> Hexadecimal = SearchValues.Create("0123456789abcdef");

    public string Command => "docker ps -a";

    public bool Looks(PastedText text) => text.Any(IsHeader) || text.Any(IsBareRow) || text.Any(line => line.Contains("\"OOMKilled\"", StringComparison.Ordinal)) || text.Any(line => line.Contains("\"RestartCount\"", StringComparison.Ordinal));

    public IEnumerable<CommandRecord> Read(PastedText text)
    {
        var header = text.First(IsHeader);
        if (header is null && text.Any(IsBareRow))
        {
            foreach (var line in text.Lines.Where(line => IsBareRow(line.Text)))
            {
                if (Row(line, nameFirst: false) is { } row)
                {
                    yield return row;
                }
            }

            yield break;
        }

        if (header is null)
        {
            yield return Inspected(text);
            yield break;
        }

        foreach (var line in text.Lines)
        {
            if (line.Number > header.Value.Number && Row(line, nameFirst: header.Value.Text.TrimStart().StartsWith("NAME", StringComparison.Ordinal)) is { } row)
            {
                yield return row;
            }
        }
    }

    /// <summary>A row that was pasted without the header: a short id of twelve hexadecimal digits, and the words of a status (docker/cli, formatter/container.go).</summary>
    private static bool IsBareRow(string line)
        => line.AsSpan().TrimStart() is { Length: > 40 } text && text[12] == ' ' && text[..12].IndexOfAnyExcept(Hexadecimal) < 0
            && (text.IndexOf(" Up ") > 0 || text.IndexOf(" Exited (") > 0 || text.IndexOf(" Restarting (") > 0);

    private static bool IsHeader(string line)
        => (line.Contains("CONTAINER ID", StringComparison.Ordinal) && line.Contains("NAMES", StringComparison.Ordinal)) || (line.TrimStart().StartsWith("NAME", StringComparison.Ordinal) && line.Contains("IMAGE", StringComparison.Ordinal) && line.Contains("STATUS", StringComparison.Ordinal));

    private static ListedContainer? Row(PastedLine line, bool nameFirst)
    {
        var words = line.Words;
        var status = Array.FindIndex(words, word => word is "Up" or "Exited" or "Restarting" or "Created" or "Dead" or "Paused" or "running" or "exited");
        if (status < 1 || words.Length < 3)
        {
            return null;
        }

        var code = words[status] is "Exited" or "Restarting" or "exited" && status + 1 < words.Length ? (int?)TextScan.NumberAt(words[status + 1], 0) : null;
        var state = words[status] switch { "Up" or "running" => "running", var word => word.ToLowerInvariant() };
        return new(nameFirst ? "" : words[0], nameFirst ? words[0] : words[^1], words[1], state, code, false, 0, [.. Ports(words).Take(PortsMax)]) { Line = line.Number };
    }

    /// <summary><c>0.0.0.0:8080->80/tcp</c>, <c>:::8080->80/tcp</c></summary>
    private static IEnumerable<(string Address, int Host, int Container)> Ports(string[] words)
    {
        foreach (var word in words)
        {
            var arrow = word.IndexOf("->", StringComparison.Ordinal);
            var colon = arrow < 0 ? -1 : word.LastIndexOf(':', arrow);
            if (colon >= 0 && int.TryParse(word.AsSpan(colon + 1, arrow - colon - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var host) && TextScan.NumberAt(word, arrow + 2) is > 0 and < 65536 and var inner)
            {
                yield return (word[..colon].Trim('[', ']'), host, (int)inner);
            }
        }
    }

    private static ListedContainer Inspected(PastedText text)
    {
        var all = string.Join('\n', text.Lines.Select(line => line.Text));
        var first = text.First(line => line.Contains("\"OOMKilled\"", StringComparison.Ordinal) || line.Contains("\"RestartCount\"", StringComparison.Ordinal));
        return new(
            Member(all, "Id") ?? "",
            (Member(all, "Name") ?? "").TrimStart('/'),
            Member(all, "Image"),
            Member(all, "Status") ?? "",
            int.TryParse(Member(all, "ExitCode"), NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? code : null,
            Member(all, "OOMKilled") == "true",
            int.TryParse(Member(all, "RestartCount"), NumberStyles.None, CultureInfo.InvariantCulture, out var restarts) ? restarts : 0,
            [])
        {
            Line = first?.Number ?? 0,
        };
    }

    private static string? Member(string json, string name)
    {
        var at = json.IndexOf($"\"{name}\"", StringComparison.Ordinal);
        var colon = at < 0 ? -1 : json.IndexOf(':', at + name.Length + 2);
        if (colon < 0)
        {
            return null;
        }

        var rest = json.AsSpan(colon + 1).TrimStart();
        var end = rest.IndexOfAny(",}\n");
        return (end < 0 ? rest : rest[..end]).Trim().Trim('"').ToString();
    }
}
