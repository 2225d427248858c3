using System.Globalization;
using System.Text;

namespace Why502.Logs.Commands;

/// <summary>
/// <c>ufw status</c> and <c>firewall-cmd --list-all</c>, as the iptables rules that they stand for: what comes in is refused unless a row allows it. ufw's defaults are those
/// of its man page (deny incoming) where the listing is not verbose; firewalld's zones reject with icmp-host-prohibited unless their target says otherwise (firewalld.zone(5)).
/// </summary>
public sealed class FirewallListing : ICommandReader
{
    /// <summary>Services that the two name instead of a port, as far as people meet them (firewalld's services/*.xml, ufw's applications.d).</summary>
    private static readonly Dictionary<string, string> Services = new(StringComparer.OrdinalIgnoreCase)
    {
        ["ssh"] = "22",
        ["OpenSSH"] = "22",
        ["http"] = "80",
        ["Nginx HTTP"] = "80",
        ["Apache"] = "80",
        ["https"] = "443",
        ["Nginx HTTPS"] = "443",
        ["Apache Secure"] = "443",
        ["Nginx Full"] = "80,443",
        ["Apache Full"] = "80,443",
        ["cockpit"] = "9090",
        ["mysql"] = "3306",
        ["postgresql"] = "5432",
        ["redis"] = "6379",
    };

    public string Command => "ufw status";

    public bool Looks(PastedText text) => IsUfw(text) || IsZone(text);

    public IEnumerable<CommandRecord> Read(PastedText text)
    {
        var saved = new StringBuilder("*filter\n");
        if (IsUfw(text))
        {
            Ufw(text, saved);
        }
        else
        {
            Zone(text, saved);
        }

        yield return new FilterText(saved.ToString(), "iptables") { Line = text.First(line => line.Trim().Length > 0)?.Number ?? 0 };
    }

    private static bool IsUfw(PastedText text) => text.Any(line => line.Trim() == "Status: active") && text.Any(line => line.Contains("ALLOW", StringComparison.Ordinal) || line.StartsWith("Default: ", StringComparison.Ordinal));

    private static bool IsZone(PastedText text) => text.Any(line => line.TrimStart().StartsWith("services: ", StringComparison.Ordinal)) && text.Any(line => line.TrimStart().StartsWith("ports:", StringComparison.Ordinal)) && text.Any(line => line.TrimStart().StartsWith("target: ", StringComparison.Ordinal));

    private static void Ufw(PastedText text, StringBuilder saved)
    {
        var denies = text.First(line => line.StartsWith("Default: ", StringComparison.Ordinal)) is not { } defaults || defaults.Text.Contains("deny (incoming)", StringComparison.Ordinal) || defaults.Text.Contains("reject (incoming)", StringComparison.Ordinal);
        saved.Append(CultureInfo.InvariantCulture, $":INPUT {(denies ? "DROP" : "ACCEPT")} [0:0]\n");
        foreach (var line in text.Lines)
        {
            var at = Verdict(line.Text, out var verdict);
            if (at <= 0 || line.Text.Contains("(v6)", StringComparison.Ordinal) || line.Text.Contains(" OUT ", StringComparison.Ordinal) || line.Text.Contains(" FWD ", StringComparison.Ordinal))
            {
                continue;
            }

            var from = line.Text[at..].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries).SkipWhile(word => word is "ALLOW" or "DENY" or "REJECT" or "LIMIT" or "IN").FirstOrDefault();
            Rule(saved, line.Text[..at].Trim(), from, verdict);
        }
    }

    private static int Verdict(string line, out string verdict)
    {
        foreach (var (word, target) in (ReadOnlySpan<(string, string)>)[("ALLOW", "ACCEPT"), ("LIMIT", "ACCEPT"), ("DENY", "DROP"), ("REJECT", "REJECT")])
        {
            if (line.IndexOf("  " + word, StringComparison.Ordinal) is >= 0 and var at)
            {
                verdict = target;
                return at + 2;
            }
        }

        verdict = "";
        return -1;
    }

    /// <summary><c>22/tcp</c>, <c>8000:8100/tcp</c>, <c>80,443/tcp (Nginx Full)</c>, <c>Nginx Full</c>, <c>Anywhere</c>, <c>10.0.0.5 3000/tcp</c></summary>
    private static void Rule(StringBuilder saved, string to, string? from, string verdict)
    {
        var name = to.IndexOf(" (", StringComparison.Ordinal) is > 0 and var label ? to[..label] : to;
        var known = Services.GetValueOrDefault(name);
        var ports = (known ?? name).Split(' ')[^1];
        var protocol = ports.Contains('/') ? ports[(ports.IndexOf('/') + 1)..] : "tcp";
        ports = ports.Split('/')[0];
        if (protocol != "tcp" || (ports != "Anywhere" && !ports.All(letter => char.IsAsciiDigit(letter) || letter is ',' or ':')))
        {
            return;
        }

        saved.Append("-A INPUT");
        if (from is not null && char.IsAsciiDigit(from[0]))
        {
            saved.Append(" -s ").Append(from);
        }

        if (ports != "Anywhere")
        {
            saved.Append(" -p tcp -m multiport --dports ").Append(ports);
        }

        saved.Append(" -j ").Append(verdict).Append('\n');
    }

    private static void Zone(PastedText text, StringBuilder saved)
    {
        saved.Append(":INPUT ACCEPT [0:0]\n-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT\n");
        var target = "default";
        foreach (var line in text.Lines)
        {
            var words = line.Words;
            if (words is ["target:", var named, ..])
            {
                target = named;
            }
            else if (words is ["services:" or "ports:", ..])
            {
                foreach (var word in words.Skip(1))
                {
                    Rule(saved, word.Replace('-', ':'), null, "ACCEPT");
                }
            }
        }

        saved.Append(target switch
        {
            "ACCEPT" => "",
            "DROP" => "-A INPUT -p tcp -j DROP\n",
            _ => "-A INPUT -p tcp -j REJECT --reject-with icmp-host-prohibited\n",
        });
    }
}
