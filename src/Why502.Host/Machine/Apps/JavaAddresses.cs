using Why502.Diagnosis.Stacks;
using System.Text.RegularExpressions;

namespace Why502.Host.Machine;

/// <summary>Where a Java server listens: Spring's properties, else the connectors in Tomcat's server.xml.</summary>
internal static partial class JavaAddresses
{
    [GeneratedRegex("""<!--(?:.|\n)*?-->""", RegexOptions.None, 200)]
    private static partial Regex Comment { get; }

    [GeneratedRegex("""<Connector\b(?<attributes>[^>]*)>""", RegexOptions.ExplicitCapture, 200)]
    private static partial Regex Connector { get; }

    [GeneratedRegex("""\b(?<name>port|address)\s*=\s*["'](?<value>[^"']*)["']""", RegexOptions.ExplicitCapture, 200)]
    private static partial Regex Attribute { get; }

    public static IEnumerable<string> Of(AppLaunch app)
    {
        if ((Property(app, "server.port") ?? app.Variable("SERVER_PORT")) is { } port)
        {
            return [$"{Property(app, "server.address") ?? app.Variable("SERVER_ADDRESS") ?? ""}:{port}"];
        }

        if ((Property(app, "catalina.base") ?? Property(app, "catalina.home")) is { } home)
        {
            return Connectors(app.ReadFile(home + "/conf/server.xml") ?? "");
        }

        return [];
    }

    internal static IEnumerable<string> Connectors(string xml)
    {
        foreach (Match connector in Connector.Matches(Comment.Replace(xml, "")))
        {
            var attributes = Attribute.Matches(connector.Groups["attributes"].Value).GroupBy(match => match.Groups["name"].Value).ToDictionary(group => group.Key, group => group.First().Groups["value"].Value);
            if (attributes.TryGetValue("port", out var port))
            {
                yield return $"{attributes.GetValueOrDefault("address", "")}:{port}";
            }
        }
    }

    private static string? Property(AppLaunch app, string name)
        => Options.Value(app.Arguments, "-D" + name) ?? Options.Value(app.Arguments, "--" + name);
}
