using System.Globalization;

namespace Why502.Logs.Commands;

/// <summary>
/// The ports that an app's image or manifest says it listens on: a Dockerfile's EXPOSE, <c>containerPort</c> of a Kubernetes manifest, and <c>Port: 3000/TCP</c> of <c>kubectl describe pod</c>.
/// Of nginx's own image they are nginx's ports and nobody's upstream.
/// </summary>
public sealed class PortRecipe : ICommandReader
{
    private const int PortsMax = 64;

    public string Command => "Dockerfile";

    public bool Looks(PastedText text) => text.Any(line => Exposed(line).Length > 0) && (text.Any(IsImage) || text.Any(IsManifest));

    public IEnumerable<CommandRecord> Read(PastedText text)
    {
        var found = new List<(string Image, int Line, List<int> Ports)>();
        foreach (var line in text.Lines)
        {
            var trimmed = line.Text.Trim();
            if (ImageOf(trimmed) is { } image)
            {
                found.Add((image, line.Number, []));
            }

            var ports = Exposed(line.Text);
            if (ports.Length > 0)
            {
                if (found.Count == 0)
                {
                    found.Add(("", line.Number, []));
                }

                found[^1].Ports.AddRange(ports);
            }
        }

        // Of several stages the last one runs.
        var kept = text.Any(IsImage) ? found.TakeLast(1) : found;
        return kept.Where(image => image.Ports.Count is > 0 and < PortsMax && !image.Image.Contains("nginx", StringComparison.OrdinalIgnoreCase))
            .Select(image => new ListedContainer("", image.Image.Length > 0 ? image.Image : "the app", null, ComposeFile.Defined, null, false, 0, []) { Exposed = image.Ports, Line = image.Line });
    }

    private static bool IsImage(string line) => line.StartsWith("FROM ", StringComparison.Ordinal);

    private static bool IsManifest(string line) => line.Trim().TrimStart('-').TrimStart() is "containers:" or "Containers:" or "kind: Deployment" or "kind: Pod" or "kind: StatefulSet";

    private static string? ImageOf(string line)
        => line.StartsWith("FROM ", StringComparison.Ordinal) ? line[5..].Trim().Split(' ')[0]
            : line.TrimStart('-').TrimStart() is var text && (text.StartsWith("image: ", StringComparison.Ordinal) || text.StartsWith("Image: ", StringComparison.Ordinal)) ? text[7..].Trim().Trim('"')
            : null;

    private static int[] Exposed(string line)
    {
        var text = line.Trim().TrimStart('-').TrimStart();
        var ports = line.StartsWith("EXPOSE ", StringComparison.Ordinal) ? text[7..].Split(' ', StringSplitOptions.RemoveEmptyEntries)
            : text.StartsWith("containerPort: ", StringComparison.Ordinal) ? [text[15..].Trim()]
            : line.StartsWith(' ') && (text.StartsWith("Port: ", StringComparison.Ordinal) || text.StartsWith("Ports: ", StringComparison.Ordinal)) ? text[(text.IndexOf(':') + 1)..].Split([' ', ','], StringSplitOptions.RemoveEmptyEntries)
            : [];
        return [.. ports.Select(port => int.TryParse(port.Split('/')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and < 65536 && !port.EndsWith("/udp", StringComparison.OrdinalIgnoreCase) ? number : 0).Where(port => port > 0)];
    }
}
