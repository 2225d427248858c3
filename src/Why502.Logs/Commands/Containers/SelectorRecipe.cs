namespace Why502.Logs.Commands;

/// <summary>A Kubernetes Service whose selector does not fit the pods of the one workload that was handed over with it.</summary>
/// <param name="Service">The Service's name.</param>
/// <param name="Workload">The Deployment's, StatefulSet's, DaemonSet's or Pod's.</param>
/// <param name="Label">What the selector asks for, such as "app: tally".</param>
public sealed record UnselectedPods(string Service, string Workload, string Label) : CommandRecord;

/// <summary>
/// The labels of a Kubernetes manifest: a Service passes requests to the pods that have every label of its selector, and to no others. Read by its indentation alone, as people paste it. Told only
/// where one Service and one workload stand together: of several, which is meant for which is nobody's to say.
/// </summary>
public sealed class SelectorRecipe : ICommandReader
{
    private static readonly string[] Workloads = ["Deployment", "StatefulSet", "DaemonSet", "Pod"];

    public string Command => "kubectl get -o yaml";

    public bool Looks(PastedText text) => text.Any(line => Value(line, "kind") == "Service") && text.Any(line => Workloads.Contains(Value(line, "kind")));

    public IEnumerable<CommandRecord> Read(PastedText text)
    {
        var parts = Parts(text).ToList();
        var services = parts.Where(part => part.Kind == "Service" && part.Selector.Count > 0).ToList();
        var workloads = parts.Where(part => Workloads.Contains(part.Kind) && part.Labels.Count > 0).ToList();
        if (services is not [var service] || workloads is not [var workload])
        {
            yield break;
        }

        foreach (var (key, value) in service.Selector)
        {
            if (workload.Labels.GetValueOrDefault(key) != value)
            {
                yield return new UnselectedPods(service.Name ?? "", workload.Name ?? "", $"{key}: {value}") { Line = service.Line };
                yield break;
            }
        }
    }

    private static IEnumerable<Part> Parts(PastedText text)
    {
        var part = new Part();
        var path = new List<(int Indent, string Key)>();
        foreach (var line in text.Lines)
        {
            var content = line.Text.Trim();
            if (content is "---" || (part.Kind.Length > 0 && line.Text.StartsWith("apiVersion:", StringComparison.Ordinal)))
            {
                yield return part;
                (part, path) = (new(), []);
            }

            var colon = content.IndexOf(':');
            if (colon <= 0 || content[0] is '#' or '-' || (colon + 1 < content.Length && content[colon + 1] != ' '))
            {
                continue;
            }

            var indent = line.Text.Length - line.Text.TrimStart().Length;
            path.RemoveAll(step => step.Indent >= indent);
            path.Add((indent, content[..colon].Trim('"', '\'')));
            Take(part, string.Join('.', path.Select(step => step.Key)), content[(colon + 1)..].Trim().Trim('"', '\''), line.Number);
        }

        yield return part;
    }

    /// <param name="path">The keys from the left margin, parted by dots; a pod's labels are the workload's template's.</param>
    private static void Take(Part part, string path, string value, int line)
    {
        const string Selector = "spec.selector.", Template = "spec.template.metadata.labels.", Own = "metadata.labels.";
        if (path == "kind")
        {
            (part.Kind, part.Line) = (value, line);
        }
        else if (path == "metadata.name")
        {
            part.Name = value;
        }
        else if (path.StartsWith(Selector, StringComparison.Ordinal) && part.Kind is "Service" or "")
        {
            part.Selector[path[Selector.Length..]] = value;
        }
        else if (path.StartsWith(Template, StringComparison.Ordinal) || (part.Kind == "Pod" && path.StartsWith(Own, StringComparison.Ordinal)))
        {
            part.Labels[path[(path.IndexOf("labels.", StringComparison.Ordinal) + "labels.".Length)..]] = value;
        }
    }

    private static string? Value(string line, string key)
        => line.StartsWith(key + ":", StringComparison.Ordinal) ? line[(key.Length + 1)..].Trim().Trim('"', '\'') : null;

    private sealed class Part
    {
        public string Kind { get; set; } = "";

        public string? Name { get; set; }

        public int Line { get; set; }

        public Dictionary<string, string> Selector { get; } = [];

        public Dictionary<string, string> Labels { get; } = [];
    }
}
