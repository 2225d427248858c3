namespace Why502.Diagnosis;

/// <summary>What the package manager installed and upgraded of nginx, the app servers and what they are built on.</summary>
/// <param name="From">Older entries do not count.</param>
public sealed record PackageHistory(DateTimeOffset From) : Question<PackageHistoryFact>
{
    public override Cost Cost => Cost.Read;

    public override string What => "the package manager's log";

    public override string WouldTell => "whether nginx or the app server was upgraded just before the failures began";
}

/// <param name="Changes">Oldest first.</param>
/// <param name="Logs">Those that were read; without any nothing is known of upgrades.</param>
public sealed record PackageHistoryFact(IReadOnlyList<PackageChange> Changes, IReadOnlyList<string> Logs) : Fact;

/// <param name="Before">Null for a new installation.</param>
/// <param name="File">The log that says so.</param>
public sealed record PackageChange(string Package, string? Before, string After, DateTimeOffset At, string File, int? Line);
