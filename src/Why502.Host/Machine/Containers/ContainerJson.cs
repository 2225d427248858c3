using System.Globalization;
using System.Text.Json;
using Why502.Diagnosis;
using Why502.Logs;

namespace Why502.Host.Machine;

/// <summary>Reads what the engines answer about containers: the members that Docker (API 1.24 on) and Podman's compatible interface share.</summary>
internal static class ContainerJson
{
    private const int PathLettersMax = 4096;
    private const int WritesMax = 20;

    /// <summary>Places that a start makes anew, or where nobody keeps anything.</summary>
    private static readonly string[] Fleeting = ["/tmp", "/run", "/var/run", "/var/tmp", "/dev", "/proc", "/sys", "/etc/hosts", "/etc/resolv.conf", "/etc/hostname"];

    /// <param name="changes">Of /containers/ID/changes: directories on the way are listed, too, as modified (kind 0).</param>
    public static IReadOnlyList<string>? Writes(JsonElement changes)
    {
        if (changes.ValueKind is JsonValueKind.Null)
        {
            return [];
        }

        if (changes.ValueKind is not JsonValueKind.Array)
        {
            return null;
        }

        var paths = changes.EnumerateArray().Select(change => Text(change, "Path")).OfType<string>().ToList();
        return [.. paths.Where(path => !Fleeting.Any(place => path == place || path.StartsWith(place + "/", StringComparison.Ordinal) || place.StartsWith(path + "/", StringComparison.Ordinal)))
            .Take(WritesMax).Select(path => Sanitizer.Line(path, PathLettersMax))];
    }

    public static string EngineOf(JsonElement version) => NameAndVersion(version).StartsWith("Podman", StringComparison.Ordinal) ? "podman" : "docker";

    /// <summary>"Docker 27.3.1 (API 1.47)"; Podman names itself among its components.</summary>
    public static string NameAndVersion(JsonElement version)
    {
        var components = Member(version, "Components") is { ValueKind: JsonValueKind.Array } list ? [.. list.EnumerateArray()] : new List<JsonElement>();
        var name = components.Any(component => Text(component, "Name")?.StartsWith("Podman", StringComparison.Ordinal) == true) ? "Podman" : "Docker";
        return Sanitizer.Line($"{name} {Text(version, "Version") ?? "of unknown version"} (API {Text(version, "ApiVersion") ?? "unknown"})", 80);
    }

    /// <summary>Nothing but hexadecimal digits becomes part of a request.</summary>
    public static string? IdOf(JsonElement item) => Text(item, "Id") is { Length: >= 12 and <= 128 } id && id.All(char.IsAsciiHexDigit) ? id : null;

    public static Container ReadListed(JsonElement item, string engine) => new()
    {
        Id = IdOf(item) ?? "",
        Name = NameOf(Member(item, "Names") is { ValueKind: JsonValueKind.Array } names && names.GetArrayLength() > 0 ? names[0].GetString() : null),
        Engine = engine,
        Image = Text(item, "Image"),
        State = Text(item, "State") ?? "",
    };

    public static Container? Read(JsonElement details, string engine)
    {
        if (IdOf(details) is not { } id)
        {
            return null;
        }

        var state = Member(details, "State") ?? default;
        var configuration = Member(details, "Config") ?? default;
        var host = Member(details, "HostConfig") ?? default;
        var settings = Member(details, "NetworkSettings") ?? default;
        var labels = Member(configuration, "Labels") ?? default;
        return new()
        {
            Id = id,
            Name = NameOf(Text(details, "Name")),
            Engine = engine,
            Image = Text(configuration, "Image"),
            State = Text(state, "Status") ?? "",
            ExitCode = Number(state, "ExitCode"),
            OomKilled = Member(state, "OOMKilled") is { ValueKind: JsonValueKind.True },
            Error = Text(state, "Error") is { Length: > 0 } error ? Redactor.Text(Sanitizer.Line(error)) : null,
            RestartCount = Number(details, "RestartCount") ?? 0,
            RestartPolicy = Text(Member(host, "RestartPolicy") ?? default, "Name"),
            Health = Text(Member(state, "Health") ?? Member(state, "Healthcheck") ?? default, "Status") is { Length: > 0 } health and not "none" ? health : null,
            Pid = Number(state, "Pid") is > 0 and { } pid ? pid : null,
            StartedAt = Time(state, "StartedAt"),
            FinishedAt = Time(state, "FinishedAt"),
            NetworkMode = Text(host, "NetworkMode"),
            Networks = [.. Networks(settings)],
            Published = [.. Published(Member(host, "PortBindings") ?? default).Concat(Published(Member(settings, "Ports") ?? default)).Distinct()],
            Exposed = [.. Members(Member(configuration, "ExposedPorts") ?? default).Select(port => Port(port.Name)).OfType<int>()],
            Project = Label(labels, "project"),
            Service = Label(labels, "service"),
            ComposeFiles = ComposeFiles(labels),
            CreatedAt = Time(details, "Created"),
        };
    }

    /// <summary>Compose's label, or podman-compose's own.</summary>
    private static string? Label(JsonElement labels, string name) => Text(labels, "com.docker.compose." + name) ?? Text(labels, "io.podman.compose." + name);

    /// <summary>Paths with commas between; podman-compose writes them as they were given, from the project's directory.</summary>
    private static IReadOnlyList<string> ComposeFiles(JsonElement labels)
    {
        const int FilesMax = 16;
        var directory = Label(labels, "project.working_dir");
        var files = (Label(labels, "project.config_files") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(file => file.StartsWith('/') ? file : directory?.StartsWith('/') == true ? Path.GetFullPath(Path.Combine(directory, file)) : "")
            .Select(file => Sanitizer.Line(file, PathLettersMax)).ToList();
        return files.Count is 0 or > FilesMax || files.Contains("") || (directory is not null && Path.GetDirectoryName(files[0]) != directory.TrimEnd('/')) ? [] : files;
    }

    private static string NameOf(string? name) => Sanitizer.Line((name ?? "").TrimStart('/'), 128);

    private static IEnumerable<ContainerNetwork> Networks(JsonElement settings)
        => Members(Member(settings, "Networks") ?? default).Select(network => new ContainerNetwork(
            network.Name,
            Text(network.Value, "IPAddress") ?? "",
            [.. Words(network.Value, "Aliases").Concat(Words(network.Value, "DNSNames")).Distinct()]));

    /// <summary>"3000/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}]; an empty host port is chosen when the container starts.</summary>
    private static IEnumerable<PublishedPort> Published(JsonElement bindings)
        => Members(bindings)
            .Where(port => port.Value.ValueKind == JsonValueKind.Array && !port.Name.EndsWith("/udp", StringComparison.Ordinal) && Port(port.Name) is not null)
            .SelectMany(port => port.Value.EnumerateArray().Select(binding => (Inner: Port(port.Name)!.Value, Outer: Port(Text(binding, "HostPort") ?? ""), Address: Text(binding, "HostIp") ?? "")))
            .Where(port => port.Outer is > 0)
            .Select(port => new PublishedPort(port.Address, port.Outer!.Value, port.Inner));

    private static int? Port(string text) => int.TryParse(text.Split('/')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port < 65536 ? port : null;

    private static IEnumerable<JsonProperty> Members(JsonElement element) => element.ValueKind == JsonValueKind.Object ? [.. element.EnumerateObject()] : [];

    private static IEnumerable<string> Words(JsonElement element, string name)
        => Member(element, name) is { ValueKind: JsonValueKind.Array } list ? [.. list.EnumerateArray().Where(word => word.ValueKind == JsonValueKind.String).Select(word => word.GetString()!)] : [];

    private static JsonElement? Member(JsonElement element, string name) => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : null;

    private static string? Text(JsonElement element, string name) => Member(element, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    private static int? Number(JsonElement element, string name) => Member(element, name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out var number) ? number : null;

    /// <summary>Docker writes the year 1 for "never".</summary>
    private static DateTimeOffset? Time(JsonElement element, string name)
        => DateTimeOffset.TryParse(Text(element, name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) && at.Year > 1 ? at : null;
}
