using System.Text.RegularExpressions;

namespace Why502.Logs.Pasting;

/// <summary>
/// Phusion Passenger's module keeps its peers by a bare path and has its own form of the upstream: <c>connect() to /tmp/passenger.1/request failed (111: …)</c>,
/// <c>upstream: "passenger:/tmp/passenger.1/request:"</c> (ContentHandler.c). Both are read as the unix socket that they are.
/// </summary>
internal static partial class PassengerRecord
{
    public static string Repair(string line)
        => line.Contains("passenger", StringComparison.Ordinal) && Upstream().Replace(Dialed().Replace(line, "unix:"), "passenger://unix:") is var plain && plain.Length > line.Length ? plain : line;

    [GeneratedRegex(@"(?<=connect\(\) to )(?=/\S+ failed)")]
    private static partial Regex Dialed();

    [GeneratedRegex("(?<=upstream: \")passenger:(?:unix:)?(?=/[^/])")]
    private static partial Regex Upstream();
}
