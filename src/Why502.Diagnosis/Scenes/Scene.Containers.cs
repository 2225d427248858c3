using Why502.Nginx;

namespace Why502.Diagnosis;

public sealed partial class Scene
{
    private readonly List<NetworkSpace> spaces = [];
    private readonly List<Container> containers = [];

    /// <summary>A running container with a network of its own.</summary>
    public Scene InContainer(string name, string address, int hostPort = 0, int containerPort = 0)
    {
        var id = IdOf(name);
        spaces.Add(new($"net:{name}", new() { Pid = 900 + spaces.Count, Name = name, Container = id, NetworkNamespace = $"net:{name}" }, [address], id));
        containers.Add(new()
        {
            Id = id,
            Name = name,
            State = "running",
            Networks = [new("site_default", address, [name])],
            Published = hostPort == 0 ? [] : [new("0.0.0.0", hostPort, containerPort)],
        });
        return this;
    }

    public Scene ListensInside(string container, string address, string process, int pid)
    {
        _ = Endpoint.TryParse(address, 0, out var endpoint);
        var who = new ProcessRef { Pid = pid, Name = process, StartedAt = Now.AddHours(-1), User = "app", Container = IdOf(container), NetworkNamespace = $"net:{container}" };
        tcp.Add(new(endpoint!.Host!.Trim('[', ']'), endpoint.Port, 0, 511, null, $"net:{container}", [who]));
        return this;
    }

    /// <summary>A container that has ended, and would have published a port.</summary>
    public Scene ContainerEnded(string name, int exitCode, bool outOfMemory, int hostPort, int containerPort)
    {
        containers.Add(new() { Id = IdOf(name), Name = name, State = "exited", ExitCode = exitCode, OomKilled = outOfMemory, FinishedAt = Now.AddMinutes(-2), Published = [new("0.0.0.0", hostPort, containerPort)] });
        return this;
    }

    /// <summary>64 hexadecimal digits, as the engines have them.</summary>
    private static string IdOf(string name) => string.Concat(name.Select(letter => ((int)letter).ToString("x2", System.Globalization.CultureInfo.InvariantCulture))).PadRight(64, '0');
}
