namespace Why502.Logs.Commands;

/// <summary><c>systemctl list-units</c>, <c>systemctl --failed</c> (src/systemctl/systemctl-list-units.c): UNIT LOAD ACTIVE SUB DESCRIPTION, whole or some rows.</summary>
public sealed class UnitListing : ICommandReader
{
    private const int RowsMax = 500;

    public string Command => "systemctl list-units";

    public bool Looks(PastedText text) => text.Any(line => Row(new(0, line)) is not null);

    public IEnumerable<CommandRecord> Read(PastedText text) => text.Lines.Select(Row).OfType<UnitState>().Take(RowsMax);

    private static UnitState? Row(PastedLine line)
    {
        var words = line.Text.TrimStart(' ', '\t', '●', '×', '○', '*', '↻', '\u0095', 'â', '\u0097', '\u008f').Split([' ', '\t'], 5, StringSplitOptions.RemoveEmptyEntries);
        return words is [var name, "loaded" or "not-found" or "masked" or "error" or "bad-setting", "active" or "inactive" or "failed" or "activating" or "deactivating", var state, ..] && name.EndsWith(".service", StringComparison.Ordinal)
            ? new(name, words[1], null, null, words[2], state, null, null, null, null, null) { Line = line.Number }
            : null;
    }
}
