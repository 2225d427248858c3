using System.Globalization;

namespace Why502.Host.Machine;

/// <summary>Reads <c>nft -a list ruleset</c> for the words of each rule: lines that end with "# handle N", in the blocks of tables.</summary>
internal static class NftListing
{
    private const string Mark = " # handle ";

    public static Dictionary<(string Family, string Table, long Handle), string> Rules(string text)
    {
        var rules = new Dictionary<(string, string, long), string>();
        var family = "";
        var table = "";
        foreach (var raw in text.Split('\n'))
        {
            var line = raw.Trim();
            if (line.Split(' ') is ["table", var ofFamily, var name, "{", ..])
            {
                (family, table) = (ofFamily, name);
                continue;
            }

            var mark = line.LastIndexOf(Mark, StringComparison.Ordinal);
            if (mark > 0 && !line[..mark].EndsWith('{') && long.TryParse(line[(mark + Mark.Length)..], NumberStyles.None, null, out var handle))
            {
                rules[(family, table, handle)] = line[..mark];
            }
        }

        return rules;
    }
}
