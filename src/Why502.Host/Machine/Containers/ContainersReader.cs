using System.Net.Sockets;
using System.Text.Json;
using Why502.Diagnosis;
using Why502.Host.Kernel;
using Why502.Logs;

namespace Why502.Host.Machine;

/// <summary>Asks the container engines of this machine (Docker, Podman, rootless ones too) through their sockets.</summary>
internal sealed class ContainersReader(MachineSnapshot machine)
{
    /// <summary>Containers beyond this many are named without their details.</summary>
    private const int InspectedMax = 64;

    private const int OutputLines = 20;
    private const int OutputsMax = 8;
    private const int UsersMax = 64;

    private static readonly string[] UsualSockets = ["/var/run/docker.sock", "/run/podman/podman.sock"];

    public async Task<Look> ReadAsync(CancellationToken cancellation)
    {
        const string How = "Docker's and Podman's API sockets";
        var engines = new List<string>();
        var found = new List<Container>();
        var refused = new List<string>();
        foreach (var path in Sockets())
        {
            try
            {
                await AskAsync(new EngineSocket(path), engines, found, cancellation).ConfigureAwait(false);
            }
            catch (SocketException failure)
            {
                refused.Add($"{path}: {(failure.SocketErrorCode == SocketError.AccessDenied ? "permission denied; run with sudo" : failure.SocketErrorCode == SocketError.ConnectionRefused ? "no engine listens" : failure.Message)}");
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                refused.Add($"{path}: no answer");
            }
        }

        return engines.Count == 0 && refused.Count > 0 ? Look.Blind(string.Join("; ", refused), How) : Look.Saw(new ContainersFact(engines, found), How);
    }

    /// <summary>Rootless engines have their sockets below the user's runtime directory.</summary>
    private IEnumerable<string> Sockets()
        => (machine.Options.EngineSockets ?? [.. UsualSockets, .. (FileCalls.List("/run/user", UsersMax, out _) ?? []).SelectMany(user => new[] { $"/run/user/{user}/docker.sock", $"/run/user/{user}/podman/podman.sock" })])
            .Where(path => FileCalls.Status(path) is { IsSocket: true })
            .DistinctBy(path => FileCalls.Status(path)!.Value.Identity);

    private static async Task AskAsync(EngineSocket socket, List<string> engines, List<Container> found, CancellationToken cancellation)
    {
        using var version = await socket.VersionAsync(cancellation).ConfigureAwait(false);
        using var list = await socket.ListAsync(cancellation).ConfigureAwait(false);
        if (version is null || list is null || list.RootElement.ValueKind != JsonValueKind.Array)
        {
            return;
        }

        var engine = ContainerJson.EngineOf(version.RootElement);
        engines.Add(ContainerJson.NameAndVersion(version.RootElement));
        var outputs = 0;
        foreach (var item in list.RootElement.EnumerateArray().Take(InspectedMax))
        {
            if (ContainerJson.IdOf(item) is not { } id)
            {
                continue;
            }

            using var details = await socket.InspectAsync(id, cancellation).ConfigureAwait(false);
            var container = (details is null ? null : ContainerJson.Read(details.RootElement, engine)) ?? ContainerJson.ReadListed(item, engine);
            if (container is { State: "exited" or "dead" or "restarting", ExitCode: not 0 } && outputs++ < OutputsMax
                && await socket.LastOutputAsync(id, OutputLines, cancellation).ConfigureAwait(false) is { } output)
            {
                container = container with { LastLines = [.. ContainerOutput.Lines(output).TakeLast(OutputLines).Select(line => Redactor.Text(Sanitizer.Line(line)))] };
            }

            found.Add(container);
        }
    }
}
