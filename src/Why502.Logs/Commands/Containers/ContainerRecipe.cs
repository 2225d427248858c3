namespace Why502.Logs.Commands;

/// <summary>A compose file, Dockerfile or manifest that runs nginx: its loopback is the container's own.</summary>
/// <param name="Image">Such as "nginx:1.25-alpine".</param>
public sealed record ContainedNginx(string Image) : CommandRecord;

/// <summary>docker-compose.yml, Dockerfile and Kubernetes manifests, as far as they tell that nginx runs in a container.</summary>
public sealed class ContainerRecipe : ICommandReader
{

    public string Command => "docker-compose.yml";

    public bool Looks(PastedText text) => text.Any(IsRecipe);

    public IEnumerable<CommandRecord> Read(PastedText text)
        => text.Lines
            .Select(line => (line.Number, Image: ImageOf(line.Text)))
            .Where(line => line.Image is { } image && NginxFamily.IsNamedIn(image))
            .Select(line => new ContainedNginx(line.Image!) { Line = line.Number });

    private static bool IsRecipe(string line)
        => line.TrimEnd() is "services:" or "containers:" || line.TrimStart().StartsWith("- containerPort:", StringComparison.Ordinal) || line.Trim() is "kind: Deployment" or "kind: Pod" or "kind: Ingress"
            || (line.StartsWith("FROM ", StringComparison.Ordinal) && line.Split(' ').Length is 2 or 4) || (line.TrimStart().StartsWith("image: ", StringComparison.Ordinal) && ImageOf(line) is not null);

    private static string? ImageOf(string line)
    {
        var text = line.Trim().TrimStart('-').TrimStart();
        return text.StartsWith("image: ", StringComparison.Ordinal) ? text[7..].Trim().Trim('"', '\'')
            : line.StartsWith("FROM ", StringComparison.Ordinal) ? text[5..].Split(' ')[0]
            : null;
    }
}
