using System.Globalization;
using System.Text.RegularExpressions;

namespace Why502.Logs.Commands;

/// <summary>What a container takes of the processor and of its memory, in percent.</summary>
public sealed record ShownContainerUse(string Id, string Name, double Processor, double Memory) : CommandRecord;

/// <summary><c>docker stats</c> and <c>podman stats</c> (docker/cli, formatter/stats.go): a row is known by its two amounts with a slash between them and the share behind them.</summary>
public sealed partial class ContainerUseListing : ICommandReader
{
    public string Command => "docker stats";

    public bool Looks(PastedText text) => text.Any(line => line.Contains('%', StringComparison.Ordinal) && Row().IsMatch(line));

    public IEnumerable<CommandRecord> Read(PastedText text)
    {
        foreach (var line in text.Lines)
        {
            if (line.Text.Length < CommandReaders.LineCharsMax && Row().Match(line.Text) is { Success: true } row)
            {
                yield return new ShownContainerUse(row.Groups["id"].Value, row.Groups["name"].Value, Number(row.Groups["cpu"].Value), Number(row.Groups["memory"].Value)) { Line = line.Number };
            }
        }
    }

    private static double Number(string text) => double.Parse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\s*(?:(?<id>[0-9a-f]{12,64})\s+)?(?<name>[\w./-]+)\s+(?<cpu>\d{1,6}(?:\.\d{1,4})?)%\s+\d+(?:\.\d+)?[kKMGT]?i?B\s*/\s*\d+(?:\.\d+)?[kKMGT]?i?B\s+(?<memory>\d{1,3}(?:\.\d{1,4})?)%")]
    private static partial Regex Row();
}
