using System.Buffers;
using System.Net;

namespace Why502.Logs.Commands;

/// <summary>One look-up as <c>nslookup</c>, <c>dig</c>, <c>host</c>, <c>getent</c> or <c>ping</c> shows it.</summary>
/// <param name="Name">As it was answered, without the dot at its end.</param>
/// <param name="Code">ok, not-found, server-failure, refused, timeout or unreachable.</param>
/// <param name="Server">The name server that was asked; null where the output does not say.</param>
public sealed record NameLookUp(string Name, IReadOnlyList<string> Addresses, string Code, string? Server) : CommandRecord
{
    public bool Equals(NameLookUp? other) => other is not null && Name == other.Name && Addresses.SequenceEqual(other.Addresses) && Code == other.Code && Server == other.Server && Line == other.Line && File == other.File;

    public override int GetHashCode() => HashCode.Combine(Name, Code, Server, Line);
}

/// <summary>
/// The tools of BIND (bin/dig), glibc's getent(1), iputils' ping and BusyBox's nslookup. What they print is parted into look-ups by the name they are about.
/// </summary>
public sealed class NameListing : ICommandReader
{
    private const int LookUpsMax = 200;

    private static readonly SearchValues<char> AddressCharacters = SearchValues.Create("0123456789abcdefABCDEF.:#");

    public string Command => "nslookup NAME";

    public bool Looks(PastedText text)
        => text.Program is "nslookup" or "dig" or "host" or "getent" or "ping"
            || text.Any(line => line.StartsWith("; <<>> DiG ", StringComparison.Ordinal) || line.StartsWith("** server can't find ", StringComparison.Ordinal) || line.StartsWith("PING ", StringComparison.Ordinal)
                || line.Contains(" has address ", StringComparison.Ordinal) || line.Contains(" has IPv6 address ", StringComparison.Ordinal) || IsServerLine(line));

    public IEnumerable<CommandRecord> Read(PastedText text)
    {
        var page = new Page(text);
        foreach (var line in text.Lines)
        {
            if (line.Text.Length <= CommandReaders.LineCharsMax)
            {
                page.Add(line);
            }
        }

        return page.Close();
    }

    private static bool IsServerLine(string line) => line.StartsWith("Server:", StringComparison.Ordinal) && line.AsSpan(7).Trim().IndexOfAnyExcept(AddressCharacters) < 0 && line.Length > 8;

    /// <summary>What has been read so far of one command's output.</summary>
    private sealed class Page(PastedText text)
    {
        private readonly List<(string Name, int Line, List<string> Addresses, string Code)> found = [];
        private readonly string? asked = AskedIn(text);
        private string? server = text.Command?.Split(' ').FirstOrDefault(word => word.StartsWith('@') && word.Length > 1)?[1..];
        private bool serverAddressFollows;
        private string? name;

        public void Add(PastedLine line)
        {
            var words = line.Words;
            switch (words)
            {
                case ["Server:", var address, ..]:
                    server = address;
                    serverAddressFollows = true;
                    break;
                case ["Address:" or "Addresses:", var address, ..]:
                    NslookupAddress(line, address);
                    break;
                case ["Address", var numbered, var address, ..] when numbered.EndsWith(':'):
                    NslookupAddress(line, address);
                    break;
                case ["Name:", var answered, ..]:
                    serverAddressFollows = false;
                    name = answered;
                    break;
                case ["**", "server", "can't", "find", var missing, var code, ..]:
                    Put(missing.TrimEnd(':'), line, null, CodeOf(code));
                    break;
                case [";;", "SERVER:", var address, ..]:
                    server = address.Split('#', '(')[0];
                    break;
                case [";;", "->>HEADER<<-", ..] when asked is not null && words.SkipWhile(word => word != "status:").Skip(1).FirstOrDefault() is { } status && CodeOf(status) != "ok":
                    Put(asked, line, null, CodeOf(status));
                    break;
                case [var owner, _, "IN", "A" or "AAAA", var address] when !owner.StartsWith(';'):
                    Put(asked ?? owner, line, address, "ok");
                    break;
                case [var owner, "has", .., "address", var address] when words.Length <= 5:
                    Put(asked ?? owner, line, address, "ok");
                    break;
                case ["Host", var missing, "not", "found:", var code, ..]:
                    Put(missing, line, null, CodeOf(code[(code.IndexOf('(') + 1)..].TrimEnd(')')));
                    break;
                case ["PING", var pinged, var address, ..] when address.StartsWith('('):
                    Put(pinged, line, address.Trim('(', ')', ':'), "ok");
                    break;
                case [var address, ..] when asked is not null && (text.Program == "getent" || (text.Program == "dig" && words.Length == 1)):
                    Put(asked, line, address, "ok");
                    break;
                default:
                    Failure(line);
                    break;
            }
        }

        public IEnumerable<CommandRecord> Close()
        {
            // getent says nothing about a name that it does not find.
            if (found.Count == 0 && asked is not null && text.Program == "getent" && text.Lines.All(line => line.Text.Trim().Length == 0))
            {
                found.Add((asked, text.Lines.Count > 0 ? text.Lines[0].Number : 1, [], "not-found"));
            }

            return [.. found.Select(entry => new NameLookUp(entry.Name, [.. entry.Addresses.Distinct()], entry.Addresses.Count > 0 ? "ok" : entry.Code, server?.Split('#')[0]) { Line = entry.Line })];
        }

        private void NslookupAddress(PastedLine line, string address)
        {
            if (serverAddressFollows)
            {
                serverAddressFollows = false;
                return;
            }

            if (name is not null)
            {
                Put(name, line, address, "ok");
            }
        }

        private void Failure(PastedLine line)
        {
            if (asked is null || !line.Text.StartsWith(";;", StringComparison.Ordinal))
            {
                return;
            }

            var code = line.Text.Contains("refused", StringComparison.Ordinal) ? "unreachable"
                : line.Text.Contains("timed out", StringComparison.Ordinal) || line.Text.Contains("no servers could be reached", StringComparison.Ordinal) ? "timeout"
                : null;
            if (code is not null)
            {
                Put(asked, line, null, code);
            }
        }

        private void Put(string about, PastedLine line, string? address, string code)
        {
            about = about.TrimEnd('.', ',');
            if (address is not null && !IPAddress.TryParse(address.Split('#')[0], out _))
            {
                return;
            }

            var index = found.FindIndex(entry => entry.Name.Equals(about, StringComparison.OrdinalIgnoreCase));
            if (index < 0)
            {
                if (found.Count >= LookUpsMax)
                {
                    return;
                }

                found.Add((about, line.Number, [], code));
                index = found.Count - 1;
            }

            if (address is not null)
            {
                found[index].Addresses.Add(address.Split('#')[0]);
            }
        }
    }

    private static string CodeOf(string status) => status.TrimEnd(',') switch
    {
        "NOERROR" => "ok",
        "NXDOMAIN" => "not-found",
        "SERVFAIL" => "server-failure",
        "REFUSED" => "refused",
        _ => "not-found",
    };

    /// <summary>The name in the command line, or in dig's own banner.</summary>
    private static string? AskedIn(PastedText text)
    {
        var line = text.Command ?? text.First(shown => shown.StartsWith("; <<>> DiG ", StringComparison.Ordinal))?.Text[2..];
        var words = line?.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries) ?? [];
        return words.Skip(1).FirstOrDefault(word => char.IsAsciiLetterOrDigit(word[0]) && word is not ("DiG" or "hosts" or "ahosts" or "ahostsv4" or "A" or "AAAA" or "ANY" or "IN") && !IPAddress.TryParse(word, out _)
            && !word.StartsWith("9.", StringComparison.Ordinal) && word.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '-' or '_'))?.TrimEnd('.');
    }
}
