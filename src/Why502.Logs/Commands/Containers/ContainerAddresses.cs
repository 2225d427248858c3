using System.Net;

namespace Why502.Logs.Commands;

/// <summary>
/// The address that a container has now, which its network's name server gives for its name: <c>docker inspect</c> with a template or whole, <c>docker network inspect</c>,
/// <c>docker exec C hostname -i</c>. Read as look-ups of the container's name and of its service's.
/// </summary>
public sealed class ContainerAddresses : ICommandReader
{
    private const int AddressesMax = 200;

    public string Command => "docker inspect";

    public bool Looks(PastedText text) => IsTemplate(text.Command) || text.Any(line => line.Contains("\"IPv4Address\"", StringComparison.Ordinal) || line.Contains("\"IPAddress\"", StringComparison.Ordinal));

    public IEnumerable<CommandRecord> Read(PastedText text)
    {
        var found = IsTemplate(text.Command) ? Templated(text) : Members(text);
        return found.Take(AddressesMax).SelectMany(row => Names(row.Name).Select(name => new NameLookUp(name, [row.Address], "ok", null) { Line = row.Line }));
    }

    private static bool IsTemplate(string? command)
        => command is not null && command.StartsWith("docker ", StringComparison.Ordinal) | command.StartsWith("podman ", StringComparison.Ordinal)
            && (command.Contains("inspect", StringComparison.Ordinal) && command.Contains("IPAddress", StringComparison.Ordinal) || command.Contains(" exec ", StringComparison.Ordinal) && command.Contains("hostname -i", StringComparison.Ordinal));

    /// <summary>One address a line, of the container that the command line names; <c>/name: 172.18.0.3</c> where the template prints names.</summary>
    private static IEnumerable<(string Name, string Address, int Line)> Templated(PastedText text)
    {
        var named = text.Command!.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .Where(word => word is not ("inspect" or "container" or "exec" or "hostname" or "compose") && word[0] != '-' && !word.ContainsAny(['{', '}', '\'', '"']))
            .ToList();
        foreach (var line in text.Lines)
        {
            var words = line.Words.Select(word => word.Trim('/', ':', ',', '\'', '"', '-')).Where(word => word.Length > 0).ToArray();
            var address = words.FirstOrDefault(IsAddress);
            var name = words.FirstOrDefault(word => !IsAddress(word) && char.IsAsciiLetter(word[0])) ?? (named.Count == 1 ? named[0] : null);
            if (address is not null && words.Length <= 3 && name is not null)
            {
                yield return (name, address, line.Number);
            }
        }
    }

    /// <summary><c>"Name": "shop-app-1"</c> stands above <c>"IPv4Address": "172.18.0.3/16"</c> of a network, and <c>"Name": "/shop-app-1"</c> above a container's <c>"IPAddress"</c>.</summary>
    private static IEnumerable<(string Name, string Address, int Line)> Members(PastedText text)
    {
        string? name = null;
        foreach (var line in text.Lines)
        {
            var shown = line.Text.Trim();
            if (shown.StartsWith("\"Name\":", StringComparison.Ordinal))
            {
                name = Value(shown)?.TrimStart('/');
            }
            else if (name is not null && (shown.StartsWith("\"IPv4Address\":", StringComparison.Ordinal) || shown.StartsWith("\"IPAddress\":", StringComparison.Ordinal)) && Value(shown)?.Split('/')[0] is { } address && IsAddress(address))
            {
                yield return (name, address, line.Number);
            }
        }
    }

    private static string? Value(string member) => TextScan.Between(member[(member.IndexOf(':') + 1)..], "\"", "\"");

    private static bool IsAddress(string word) => word.Count(letter => letter == '.') == 3 && IPAddress.TryParse(word, out _);

    /// <summary>Compose names a container PROJECT-SERVICE-NUMBER (or with underscores), and gives the network the service's name as well; the project may hold hyphens itself.</summary>
    private static IEnumerable<string> Names(string container)
    {
        yield return container;
        foreach (var sign in (char[])['-', '_'])
        {
            var parts = container.Split(sign);
            if (parts.Length < 3 || !parts[^1].All(char.IsAsciiDigit))
            {
                continue;
            }

            for (var first = 1; first < parts.Length - 1; first++)
            {
                yield return string.Join(sign, parts[first..^1]);
            }
        }
    }
}
