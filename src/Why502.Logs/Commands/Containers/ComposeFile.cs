using System.Globalization;

namespace Why502.Logs.Commands;

/// <summary>
/// The services of a compose file: their images, commands and published ports. Read by its indentation alone, since what people paste is seldom valid YAML: it begins
/// in the middle, lost its indent, or is cut off. Version 1 has its services at the top, later ones below <c>services:</c>.
/// </summary>
public sealed class ComposeFile : ICommandReader
{
    /// <summary>In no engine's words: a recipe says what shall run, not whether it does.</summary>
    public const string Defined = "defined";

    /// <summary>The variable by which a container tells nginx-proxy its port; without it the one that it exposes counts.</summary>
    private const string ProxiedPort = "VIRTUAL_PORT";

    private const int ServicesMax = 200;

    public string Command => "docker-compose.yml";

    public bool Looks(PastedText text)
        => text.Any(line => line.TrimEnd() == "services:") || (text.Any(line => Key(line) is "image" or "build") && text.Any(line => Key(line) is "ports" or "expose" or "links" or "depends_on"));

    public IEnumerable<CommandRecord> Read(PastedText text)
    {
        var services = new List<Service>();
        var (isBelow, serviceIndent, list) = (!text.Any(line => line.TrimEnd() == "services:"), -1, "");
        foreach (var line in text.Lines)
        {
            var indent = line.Text.Length - line.Text.TrimStart().Length;
            var content = line.Text.Trim();
            if (content.Length == 0 || content[0] == '#')
            {
                continue;
            }

            if (indent == 0 && !content.StartsWith('-') && content.EndsWith(':') && content is "services:" or "volumes:" or "networks:" or "secrets:" or "configs:")
            {
                (isBelow, serviceIndent) = (content == "services:", -1);
                continue;
            }

            if (!isBelow || services.Count > ServicesMax)
            {
                continue;
            }

            if (content.EndsWith(':') && !content.Contains(' ') && (serviceIndent < 0 || indent <= serviceIndent))
            {
                serviceIndent = indent;
                services.Add(new(content.TrimEnd(':').Trim('"', '\''), line.Number));
                list = "";
            }
            else if (services.Count > 0 && indent > serviceIndent)
            {
                list = Take(services[^1], content, list);
            }
        }

        return services.Where(service => service.Image is not null || service.Ports.Count > 0 || service.Command is not null).SelectMany(Rows);
    }

    private static IEnumerable<CommandRecord> Rows(Service service)
    {
        yield return new ListedContainer("", service.Container ?? service.Name, service.Image, Defined, null, false, 0, service.Ports) { Service = service.Name, Exposed = service.Exposed, ProxiedPort = service.ProxiedPort, Line = service.Line };
        if (service.Command is { } command)
        {
            yield return new ListedProcess(0, null, null, command, false) { Line = service.CommandLine };
        }
    }

    /// <returns>The list that the next items belong to.</returns>
    private static string Take(Service service, string content, string list)
    {
        if (content.StartsWith('-'))
        {
            var item = content[1..].Trim().Trim('"', '\'');
            if (list == "ports" && Port(item) is { } port)
            {
                service.Ports.Add(port);
            }
            else if (list == "expose" && int.TryParse(item.Split('/')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var inner) && inner is > 0 and < 65536)
            {
                service.Exposed.Add(inner);
            }
            else if (list == "environment" && item.Split('=') is [ProxiedPort, var asked])
            {
                service.ProxiedPort = Number(asked);
            }
            else if (list == "command")
            {
                service.Command = $"{service.Command} {item}".Trim();
            }

            return list;
        }

        var value = content[(content.IndexOf(':') + 1)..].Trim();
        switch (Key(content))
        {
            case "image":
                service.Image = value.Trim('"', '\'');
                break;
            case "container_name":
                service.Container = value.Trim('"', '\'');
                break;
            case "command":
                (service.Command, service.CommandLine) = (value.Length == 0 ? null : string.Join(' ', value.Trim('[', ']').Split(',').Select(word => word.Trim().Trim('"', '\''))), service.Line);
                break;
            case ProxiedPort:
                service.ProxiedPort = Number(value.Trim('"', '\''));
                return list;
            case "ports" when value.StartsWith('['):
                service.Ports.AddRange(value.Trim('[', ']').Split(',').Select(item => Port(item.Trim().Trim('"', '\''))).OfType<(string, int, int)>());
                break;
            default:
                break;
        }

        return value.Length == 0 ? Key(content) ?? "" : "";
    }

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536 ? port : null;

    private static string? Key(string line)
    {
        var text = line.Trim();
        var colon = text.IndexOf(':');
        return colon > 0 && text.AsSpan(0, colon).IndexOfAny(' ', '"', '{') < 0 && (colon == text.Length - 1 || text[colon + 1] == ' ') ? text[..colon] : null;
    }

    /// <summary><c>8080:80</c>, <c>127.0.0.1:8080:80/tcp</c>; one number alone is published at a port of the engine's choice.</summary>
    internal static (string Address, int Host, int Container)? Port(string item)
    {
        var parts = item.Split('#')[0].Trim().Trim('"', '\'').Split('/')[0].Split(':');
        return parts.Length is 2 or 3
            && int.TryParse(parts[^2], NumberStyles.None, CultureInfo.InvariantCulture, out var host)
            && int.TryParse(parts[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var inner)
            && host is > 0 and < 65536 && inner is > 0 and < 65536
            ? (parts.Length == 3 ? parts[0] : "", host, inner)
            : null;
    }

    private sealed class Service(string name, int line)
    {
        public string Name { get; } = name;

        public int Line { get; } = line;

        public string? Container { get; set; }

        public string? Image { get; set; }

        public string? Command { get; set; }

        public int CommandLine { get; set; } = line;

        public int? ProxiedPort { get; set; }

        public List<(string Address, int Host, int Container)> Ports { get; } = [];

        public List<int> Exposed { get; } = [];
    }
}
