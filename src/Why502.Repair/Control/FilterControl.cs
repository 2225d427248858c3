using System.Globalization;
using System.Text.RegularExpressions;
using Why502.Diagnosis;

namespace Why502.Repair;

/// <summary>One accepting rule of nftables: put in, and found again by its comment.</summary>
internal static partial class FilterControl
{
    [GeneratedRegex(@"comment ""(?<mark>[^""]*)""[^\n]*# handle (?<handle>[0-9]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Rule { get; }

    public static Task InsertAsync(RepairAction.AllowThroughFilter allow, string mark, ProgramControl programs, CancellationToken cancellation)
    {
        string[] place = allow.Before is { } handle ? ["handle", handle.ToString(CultureInfo.InvariantCulture)] : [];
        return programs.RunAsync(["nft", "insert", "rule", allow.Family, allow.Table, allow.Chain, .. place, .. allow.Match, "accept", "comment", $"\"{Mark(mark)}\""], cancellation);
    }

    /// <returns>Whether it was there.</returns>
    public static async Task<bool> DeleteAsync(RepairAction.AllowThroughFilter allow, string mark, ProgramControl programs)
    {
        var listed = await programs.OutputAsync(["nft", "-a", "list", "chain", allow.Family, allow.Table, allow.Chain], CancellationToken.None).ConfigureAwait(false);
        var handles = Rule.Matches(listed).Where(match => match.Groups["mark"].Value == Mark(mark)).Select(match => match.Groups["handle"].Value).ToList();
        foreach (var handle in handles)
        {
            await programs.RunAsync(["nft", "delete", "rule", allow.Family, allow.Table, allow.Chain, "handle", handle], CancellationToken.None).ConfigureAwait(false);
        }

        return handles.Count > 0;
    }

    private static string Mark(string mark) => $"why502 {mark}";
}
