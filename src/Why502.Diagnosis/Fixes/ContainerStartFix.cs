using System.Globalization;
using Why502.Diagnosis.Readings;

namespace Why502.Diagnosis;

/// <summary>Getting a container to run again that ended, was never started or is paused, by its engine.</summary>
internal static class ContainerStartFix
{
    public static Fix Of(Container container)
    {
        var engine = container.Engine == "podman" ? "podman" : "docker";
        var name = container.Name;
        var steps = new List<FixStep> { new($"{ContainerReading.Ended(container)}. Read why, and mend that first.", $"{engine} logs --tail 50 {Shell.Quote(name)}") };
        if (!IsName(name))
        {
            return new Fix { Summary = $"Start container {name}.", Steps = steps };
        }

        if (container.State == "restarting")
        {
            // The engine starts it already: once more changes nothing.
            return new Fix { Summary = $"Mend what ends container {name}.", Steps = steps };
        }

        steps.Add(container.State == "paused"
            ? Run($"Let it go on: it holds its port, and answers nothing.", [engine, "unpause", name], [engine, "pause", name])
            : Run("Start it again, as it was made.", [engine, "start", name], [engine, "stop", name]));
        var later = container.RestartPolicy is null or "" or "no"
            ? container.Service is { } service ? string.Create(CultureInfo.InvariantCulture, $"restart: unless-stopped for service {service} in its compose file keeps the next crash short.")
                : $"{engine} update --restart unless-stopped {Shell.Quote(name)} keeps the next crash short."
            : null;
        return new Fix { Summary = $"Start container {name}.", Steps = steps, Later = later };
    }

    /// <summary>Docker's rule for names (daemon/names/names.go): it cannot be taken for an option.</summary>
    private static bool IsName(string name) => name.Length > 1 && char.IsAsciiLetterOrDigit(name[0]) && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '.' or '-');

    private static FixStep Run(string text, string[] command, string[] undo) => new(text, string.Join(' ', command)) { Action = new RepairAction.RunProgram(command, undo) { Starts = true } };
}
