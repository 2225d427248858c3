using System.Text.Json.Serialization;
using Why502.Logs;

namespace Why502.Diagnosis;

/// <summary>What an error log says about a window of time, folded into groups of equal symptoms.</summary>
/// <param name="Path">The log's file; rotated and compressed predecessors belong to it. "journal:UNIT" is nginx's stderr in the journal.</param>
/// <param name="From">Start of the window; null is the beginning of what is there.</param>
public sealed record ErrorLogWindow(string Path, DateTimeOffset? From) : Question<ErrorLogFact>
{
    public override Cost Cost => Cost.Read;

    /// <summary>A process whose root directory the path is meant in (<see cref="NginxInstance.FilesThrough"/>); 0 is our own.</summary>
    public int ThroughPid { get; init; }

    public override string What => $"error log {Path}";

    public override string WouldTell => "which requests failed, in which phase and with which errno";
}

/// <summary>Whether a running nginx writes to the file that now has a log's name: after a rotation without a reopen it writes to another.</summary>
/// <param name="Path">As the configuration names it, absolute.</param>
/// <param name="MasterPid">Whose open files are looked at.</param>
public sealed record LogHeld(string Path, int MasterPid) : Question<LogHeldFact>
{
    public override Cost Cost => Cost.Read;

    /// <inheritdoc cref="NginxInstance.FilesThrough"/>
    public int ThroughPid { get; init; }

    public override string What => $"who writes {Path}";

    public override string WouldTell => "whether a failure that is not in this log was no failure of nginx";
}

/// <param name="Held">The master has the file open.</param>
public sealed record LogHeldFact(bool Held) : Fact;

/// <param name="Summary">The records in groups of equal symptoms.</param>
public sealed record ErrorLogFact(ErrorLogSummary Summary, LogCoverage Coverage) : Fact, IPartialFact
{
    [JsonIgnore]
    public string? Lacks => Coverage.Lacks;
}

/// <summary>How much of a log was read. <paramref name="Sampled"/>: the window was larger than the cap, and only its newest part was read.</summary>
public sealed record LogCoverage(long BytesRead, long BytesInWindow, bool Sampled, IReadOnlyList<string> Files)
{
    /// <summary>Rotated files that reach into the window and could not be read, each with its reason.</summary>
    public IReadOnlyList<string> NotRead { get; init; } = [];

    /// <summary>What of the window was not read, and why; null when all was.</summary>
    [JsonIgnore]
    public string? Lacks
    {
        get
        {
            string[] reasons = Sampled ? [$"only the newest {BytesRead >> 20} MB of {BytesInWindow >> 20} MB were read", .. NotRead] : [.. NotRead];
            return reasons.Length == 0 ? null : string.Join("; ", reasons);
        }
    }
}

/// <summary>What an access log says about a window of time: its rows by route, peer and status, and the patterns in all of them.</summary>
public sealed record AccessLogWindow(string Path, string Format, string Escape, DateTimeOffset? From) : Question<AccessLogFact>
{
    /// <summary>By which patterns are told.</summary>
    public TrafficSetup Setup { get; init; } = new();

    public override Cost Cost => Cost.Read;

    /// <summary>A process whose root directory the path is meant in (<see cref="NginxInstance.FilesThrough"/>); 0 is our own.</summary>
    public int ThroughPid { get; init; }

    public override string What => $"access log {Path}";

    public override string WouldTell => "how many requests there were, how many failed, how long the upstreams took, and which server fails more often than its peers";
}

/// <param name="Summary">The rows in groups of one route, peer and status.</param>
public sealed record AccessLogFact(AccessLogSummary Summary, LogCoverage Coverage) : Fact, IPartialFact
{
    [JsonIgnore]
    public string? Lacks => Coverage.Lacks;

    /// <summary>What stands out in all rows together.</summary>
    public IReadOnlyList<TrafficPattern> Patterns { get; init; } = [];
}

/// <summary>An app server's own log, recognised by its content.</summary>
/// <param name="From">Start of the window; null is the beginning of what is there.</param>
public sealed record AppLogWindow(string Path, DateTimeOffset? From) : Question<AppLogFact>
{
    public override Cost Cost => Cost.Read;

    public override string What => $"app log {Path}";

    public override string WouldTell => "what the app itself says about the failed requests";
}

/// <summary>What systemd's journal has of a unit.</summary>
/// <param name="Unit">With its ending: "app.service".</param>
/// <param name="From">Start of the window; null is the beginning of what is there.</param>
public sealed record JournalWindow(string Unit, DateTimeOffset? From) : Question<AppLogFact>
{
    public override Cost Cost => Cost.Read;

    public override string What => $"journal of {Unit}";

    public override string WouldTell => "what the service said before it failed";
}

/// <summary>The kernel's own log: its ring, else the journal's or a file's copy of it.</summary>
/// <param name="From">Start of the window; null is the beginning of what is there.</param>
public sealed record KernelLogWindow(DateTimeOffset? From) : Question<AppLogFact>
{
    public override Cost Cost => Cost.Read;

    public override string What => "kernel log";

    public override string WouldTell => "OOM kills, crashes and dropped packets";
}

/// <param name="Events">Lines that tell of an end, a limit or an address, in the log's order.</param>
/// <param name="LastLines">The newest lines, whatever they say.</param>
public sealed record AppLogFact(IReadOnlyList<AppLogEvent> Events, IReadOnlyList<LogLine> LastLines, LogCoverage Coverage) : Fact;
