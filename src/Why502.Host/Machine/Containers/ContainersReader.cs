using System.Net.Sockets;
using System.Text.Json;
using Why502.Diagnosis;
using Why502.Host.Kernel;
using Why502.Logs;

namespace Why502.Host.Machine;

/// <summary>Asks the container engines of this machine (Docker, Podman, rootless ones too) through their sockets.</summary>
internal sealed class ContainersReader(MachineSnapshot machine)
{
    /// <summary>Containers beyond this many are named without their details, and those that the time does not reach.</summary>
    private const int InspectedMax = 64;

    /// <summary>Exchanges with one engine at a time.</summary>
    private const int ParallelMax = 8;

    private const int OutputLines = 20;
    private const int OutputsMax = 8;
    private const int UsersMax = 64;

    private static readonly string[] UsualSockets = ["/var/run/docker.sock", "/run/podman/podman.sock"];

    /// <summary>An engine that lives says its version at once, whatever it is busy with: that needs none of its locks.</summary>
    private static readonly TimeSpan VersionPatience = TimeSpan.FromSeconds(1);

    /// <summary>For all that one engine is asked: a busy one takes seconds for its list (it asks each container's runtime). What it has not told of by then is named without details.</summary>
    private static readonly TimeSpan EnginePatience = TimeSpan.FromSeconds(3);

    private sealed record Told(string? Engine, IReadOnlyList<Container> All, string? Refused);

    public async Task<Look> ReadAsync(CancellationToken cancellation)
    {
        const string How = "Docker's and Podman's API sockets";
        var told = await Task.WhenAll(Sockets().Select(path => TryAsync(path, cancellation))).ConfigureAwait(false);
        var engines = told.Select(one => one.Engine).OfType<string>().ToList();
        var refused = told.Select(one => one.Refused).OfType<string>().ToList();
        return engines.Count == 0 && refused.Count > 0 ? Look.Blind(string.Join("; ", refused), How) : Look.Saw(new ContainersFact(engines, [.. told.SelectMany(one => one.All)]), How);
    }

    /// <summary>Of the engine that knows the container.</summary>
    public async Task<Look> WritesAsync(string id, CancellationToken cancellation)
    {
        const string How = "Docker's and Podman's API sockets";
        if (id.Length == 0 || !id.All(char.IsAsciiHexDigit))
        {
            return Look.Blind("that is no id of a container", How);
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(EnginePatience);
        foreach (var path in Sockets())
        {
            try
            {
                using var changes = await new EngineSocket(path).ChangesAsync(id, limit.Token).ConfigureAwait(false);
                if (changes is not null && ContainerJson.Writes(changes.RootElement) is { } writes)
                {
                    return Look.Saw(new ContainerWritesFact(writes), How);
                }
            }
            catch (Exception failure) when (failure is SocketException || (failure is OperationCanceledException && !cancellation.IsCancellationRequested))
            {
                // Another engine may have it.
            }
        }

        return Look.Blind("no engine told it", How);
    }

    private static async Task<Told> TryAsync(string path, CancellationToken cancellation)
    {
        try
        {
            return await AskAsync(new EngineSocket(path), cancellation).ConfigureAwait(false);
        }
        catch (SocketException failure)
        {
            return new(null, [], $"{path}: {(failure.SocketErrorCode == SocketError.AccessDenied ? "permission denied; run with sudo" : failure.SocketErrorCode == SocketError.ConnectionRefused ? "no engine listens" : failure.Message)}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new(null, [], $"{path}: no answer");
        }
    }

    /// <summary>Rootless engines have their sockets below the user's runtime directory.</summary>
    private IEnumerable<string> Sockets()
        => (machine.Options.EngineSockets ?? [.. UsualSockets, .. (FileCalls.List("/run/user", UsersMax, out _) ?? []).SelectMany(user => new[] { $"/run/user/{user}/docker.sock", $"/run/user/{user}/podman/podman.sock" })])
            .Where(path => FileCalls.Status(path) is { IsSocket: true })
            .DistinctBy(path => FileCalls.Status(path)!.Value.Identity);

    private static async Task<Told> AskAsync(EngineSocket socket, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(VersionPatience);
        using var version = await socket.VersionAsync(limit.Token).ConfigureAwait(false);
        limit.CancelAfter(EnginePatience);
        using var list = await socket.ListAsync(limit.Token).ConfigureAwait(false);
        if (version is null || list is null || list.RootElement.ValueKind != JsonValueKind.Array)
        {
            return new(null, [], null);
        }

        var engine = ContainerJson.EngineOf(version.RootElement);
        using var slots = new SemaphoreSlim(ParallelMax);
        var outputs = 0;
        var found = await Task.WhenAll(list.RootElement.EnumerateArray().Where(item => ContainerJson.IdOf(item) is not null).Select((item, index) => DescribeAsync(item, index < InspectedMax))).ConfigureAwait(false);
        return new(ContainerJson.NameAndVersion(version.RootElement), found, null);

        async Task<Container> DescribeAsync(JsonElement item, bool inspect)
        {
            var container = ContainerJson.ReadListed(item, engine);
            try
            {
                await slots.WaitAsync(limit.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                return container;
            }

            try
            {
                using var details = inspect ? await socket.InspectAsync(container.Id, limit.Token).ConfigureAwait(false) : null;
                container = (details is null ? null : ContainerJson.Read(details.RootElement, engine)) ?? container;
                if (inspect && container is { State: "exited" or "dead" or "restarting", ExitCode: not 0 } && Interlocked.Increment(ref outputs) <= OutputsMax
                    && await socket.LastOutputAsync(container.Id, OutputLines, limit.Token).ConfigureAwait(false) is { } output)
                {
                    container = container with { LastLines = [.. ContainerOutput.Lines(output).TakeLast(OutputLines).Select(line => Redactor.Text(Sanitizer.Line(line)))] };
                }
            }
            catch (Exception failure) when (failure is SocketException || (failure is OperationCanceledException && !cancellation.IsCancellationRequested))
            {
                // Named without details: the time is up, or the engine broke off.
            }
            finally
            {
                slots.Release();
            }

            return container;
        }
    }
}
