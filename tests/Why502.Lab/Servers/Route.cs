using System.Text.Json;
using Why502.Lab.Machine;

namespace Why502.Lab.Servers;

/// <summary>What one path of a lab app does, the same in every language of Apps/.</summary>
/// <param name="path">The path.</param>
public sealed class Route(string path)
{
    public string Path => path;

    /// <summary>Seconds before the answer; with several, the query's n chooses.</summary>
    public double[] Sleep { get; init; } = [];

    /// <summary>Bytes of response header on top of the usual ones.</summary>
    public int Header { get; init; }

    public int Status { get; init; } = 200;

    public int Body { get; init; } = 2;

    /// <summary>Seconds for which Node's event loop stands still.</summary>
    public double Block { get; init; }

    /// <summary>The process ends instead of answering.</summary>
    public bool Crash { get; init; }

    /// <summary>The process sends itself this signal instead of answering.</summary>
    public int Signal { get; init; }

    /// <summary>The process ends by an exception that nobody catches; a PHP script by a fatal error.</summary>
    public bool Throw { get; init; }

    /// <summary>The process ends after the header and half of the body. Ruby, the JVM and .NET only.</summary>
    public bool Cut { get; init; }

    /// <summary>Megabytes of memory that the request takes and touches.</summary>
    public int Memory { get; init; }

    /// <summary>An address to which a connection is opened and kept while the request sleeps.</summary>
    public string Waits { get; init; } = "";

    /// <summary>Lays out an app's folder: its program (unless it lies elsewhere), its routes, and the log of its requests that any user may append to.</summary>
    internal static string Deploy(LabMachine machine, string name, string? program, Route[] routes)
    {
        Route[] all = [new("/"), new("/fast"), .. routes];
        if (program is not null)
        {
            machine.Write($"{name}/{program}", File.ReadAllText(System.IO.Path.Combine(AppContext.BaseDirectory, "Apps", program)));
        }

        machine.Write($"{name}/routes.json", JsonSerializer.Serialize(
            all.ToDictionary(route => route.Path, route => new
            {
                sleep = route.Sleep,
                header = route.Header,
                status = route.Status,
                body = route.Body,
                block = route.Block,
                crash = route.Crash,
                signal = route.Signal,
                @throw = route.Throw,
                cut = route.Cut,
                memory = route.Memory,
                waits = route.Waits,
            })));
        var requests = machine.Write($"{name}/requests.log", "");
        File.SetUnixFileMode(requests, (UnixFileMode)0b110_110_110);
        return machine.PathOf(name);
    }
}
