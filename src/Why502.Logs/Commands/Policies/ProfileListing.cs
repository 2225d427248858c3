namespace Why502.Logs.Commands;

/// <summary>A program or process that AppArmor has a profile for.</summary>
/// <param name="Mode">enforce, complain, unconfined and the like, as <c>aa-status</c> says them.</param>
/// <param name="IsProcess">A process is under it; else the profile is loaded.</param>
public sealed record ShownProfile(string Program, string Mode, bool IsProcess) : CommandRecord;

/// <summary><c>aa-status</c> (apparmor, binutils/aa_status.c): groups of profiles and of processes, each under a sentence with its mode.</summary>
public sealed class ProfileListing : ICommandReader
{
    public string Command => "aa-status";

    public bool Looks(PastedText text) => text.Any(line => Sentence(line) is not null);

    public IEnumerable<CommandRecord> Read(PastedText text)
    {
        (string Mode, bool IsProcess)? group = null;
        foreach (var line in text.Lines)
        {
            if (Sentence(line.Text) is { } begun)
            {
                // A group without members tells as much: nobody is under that mode.
                group = begun;
                yield return new ShownProfile("", begun.Mode, begun.IsProcess) { Line = line.Number };
            }
            else if (group is { } open && line.Text.StartsWith("   ", StringComparison.Ordinal) && line.Words is [var first, ..])
            {
                yield return new ShownProfile(first.StartsWith('(') && line.Words.Length > 1 ? line.Words[1] : first, open.Mode, open.IsProcess) { Line = line.Number };
            }
            else
            {
                group = null;
            }
        }
    }

    /// <summary><c>12 profiles are in enforce mode.</c>, <c>2 processes are in complain mode.</c>, <c>3 processes are unconfined but have a profile defined.</c></summary>
    private static (string Mode, bool IsProcess)? Sentence(string line)
        => line.Split(' ', StringSplitOptions.RemoveEmptyEntries) switch
        {
            [var count, "profiles" or "processes", "are", "in", var mode, "mode."] words when int.TryParse(count, out _) => (mode, words[1] == "processes"),
            [var count, "processes", "are", "unconfined", "but", ..] when int.TryParse(count, out _) => ("unconfined", true),
            _ => null,
        };
}
