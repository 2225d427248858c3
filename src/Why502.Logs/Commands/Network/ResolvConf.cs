namespace Why502.Logs.Commands;

/// <summary>The text of a resolv.conf(5).</summary>
public sealed record ResolvConf(IReadOnlyList<string> Servers, IReadOnlyList<string> Search)
{
    /// <summary>MAXNS and MAXDNSRCH of glibc's resolv.h, with room for newer ones.</summary>
    private const int EntriesMax = 8;

    public static ResolvConf Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var servers = new List<string>();
        IReadOnlyList<string> search = [];
        foreach (var line in text.Split('\n'))
        {
            var words = line.Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
            switch (words)
            {
                case ["nameserver", var server, ..] when servers.Count < EntriesMax:
                    servers.Add(server);
                    break;
                case ["search" or "domain", .. var domains]:
                    search = [.. domains.Take(EntriesMax)];
                    break;
                default:
                    break;
            }
        }

        return new(servers, search);
    }
}
