using System.Globalization;

namespace Why502.Logs.Commands;

/// <summary>Ports that SELinux's policy calls by one type.</summary>
public sealed record ShownPortType(string Type, IReadOnlyList<(int First, int Last)> Ports) : CommandRecord
{
    public bool Has(int port) => Ports.Any(range => port >= range.First && port <= range.Last);
}

/// <summary><c>semanage port -l</c> (policycoreutils): type, protocol and ports, whole or filtered.</summary>
public sealed class PortTypeListing : ICommandReader
{
    public string Command => "semanage port -l";

    public bool Looks(PastedText text) => text.Lines.Any(line => Row(line) is not null);

    public IEnumerable<CommandRecord> Read(PastedText text) => text.Lines.Select(Row).OfType<ShownPortType>();

    private static ShownPortType? Row(PastedLine line)
        => line.Words is [var type, "tcp", _, ..] words && type.EndsWith("_port_t", StringComparison.Ordinal) && words.Skip(2).Select(word => Range(word.TrimEnd(','))).ToList() is var ranges && ranges.TrueForAll(range => range is not null)
            ? new(type, [.. ranges.Select(range => range!.Value)]) { Line = line.Number }
            : null;

    private static (int First, int Last)? Range(string word)
    {
        var ends = word.Split('-');
        return int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first) && int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var last) && ends.Length <= 2 ? (first, last) : null;
    }
}
