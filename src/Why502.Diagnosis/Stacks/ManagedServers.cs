using System.Text.RegularExpressions;

namespace Why502.Diagnosis.Stacks;

/// <summary>Tomcat (alone and within Spring Boot), Jetty, Kestrel and Apache httpd.</summary>
internal static partial class ManagedServers
{
    [GeneratedRegex("""<!--(?:.|\n)*?-->""", RegexOptions.ExplicitCapture, 200)]
    private static partial Regex Comment { get; }

    [GeneratedRegex("""<Connector\b(?<attributes>[^>]*)>""", RegexOptions.ExplicitCapture, 200)]
    private static partial Regex Connector { get; }

    [GeneratedRegex("""\b(?<name>[A-Za-z]+)\s*=\s*["'](?<value>[^"']*)["']""", RegexOptions.ExplicitCapture, 200)]
    private static partial Regex Attribute { get; }

    /// <summary><c>"KeepAliveTimeout": "00:02:00"</c> of appsettings.json, <c>Limits.KeepAliveTimeout = TimeSpan.FromMinutes(2)</c> of a program.</summary>
    [GeneratedRegex("""\b(?<name>KeepAliveTimeout|MaxRequestBodySize|MaxRequestHeadersTotalSize)"?\s*[:=]\s*(?<value>"[^"\n]*"|TimeSpan\.From\w+\([\d.]+\)|null|\d[\d_]*(?:\s*\*\s*\d[\d_]*)*)""", RegexOptions.ExplicitCapture, 200)]
    private static partial Regex KestrelLimit { get; }

    /// <summary><c>server.tomcat.max-swallow-size=2MB</c>, and the same as YAML's last words.</summary>
    [GeneratedRegex("""^[ \t]*(?:server\.(?:tomcat\.)?)?(?<name>keep-alive-timeout|connection-timeout|max-swallow-size|max-http-request-header-size|max-http-header-size|threads\.max|max-request-size)[ \t]*[=:][ \t]*(?<value>[^\s#]+)""", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 200)]
    private static partial Regex SpringProperty { get; }

    [GeneratedRegex("""^[ \t]*(?<name>KeepAliveTimeout|KeepAlive|Timeout|LimitRequestBody|LimitRequestFieldSize|LimitRequestLine|MaxRequestWorkers)[ \t]+(?<value>\w+)""", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 200)]
    private static partial Regex ApacheDirective { get; }

    public static AppSettingsFact Tomcat(StackSources s)
    {
        AppSetting? Default(string name) => StackDefaults.Of("tomcat", name, s.Version);
        Written? Of(string attribute, string property) => s.Text(text => ConnectorValues(text, s.Port), attribute) ?? s.Text(SpringValues, property);
        AppSetting? Milliseconds(Written? written) => written?.As(text => char.IsAsciiLetter(text[^1]) ? Quantity.Seconds(text) : Quantity.Limit(text, Quantity.Count) / 1000);
        return new()
        {
            Stack = "tomcat",
            Idle = Milliseconds(Of("keepAliveTimeout", "keep-alive-timeout")) ?? Milliseconds(Of("connectionTimeout", "connection-timeout")) ?? Default("connectionTimeout"),
            Threads = Of("maxThreads", "threads.max")?.As(Quantity.Count) ?? Default("maxThreads"),
            Header = (Of("maxHttpRequestHeaderSize", "max-http-request-header-size") ?? Of("maxHttpHeaderSize", "max-http-header-size"))?.As(Quantity.Bytes) ?? Default("maxHttpHeaderSize"),
            Body = Of("maxSwallowSize", "max-swallow-size")?.As(text => Quantity.Limit(text, Quantity.Bytes)) ?? Default("maxSwallowSize"),
            Memory = Heap(s),
        };
    }

    /// <summary>Its modules' properties, of start.ini or of the command line. One that is embedded sets them in its code, which nobody can read.</summary>
    public static AppSettingsFact? Jetty(StackSources s)
    {
        var started = s.Files.Count > 0 || s.Arguments.Any(argument => argument.EndsWith("start.jar", StringComparison.Ordinal));
        AppSetting? Property(string name, Func<string, double?> read)
            => (s.Argument(name, "-D" + name) ?? s.Ini(line => line.Key == name))?.As(read) ?? (started ? StackDefaults.Of("jetty", name, s.Version) : null);
        return !started && Heap(s) is null ? null : new()
        {
            Stack = "jetty",
            Idle = Property("jetty.http.idleTimeout", text => Quantity.Count(text) / 1000),
            Threads = Property("jetty.threadPool.maxThreads", Quantity.Count),
            Header = Property("jetty.httpConfig.requestHeaderSize", Quantity.Count),
            Memory = Heap(s),
        };
    }

    private static AppSetting? Heap(StackSources s)
        => s.Arguments.LastOrDefault(argument => argument.StartsWith("-Xmx", StringComparison.Ordinal)) is { } heap && Quantity.Bytes(heap[4..]) is { } bytes
            ? new("-Xmx", heap[4..], bytes, s.ArgumentsFrom, null, null)
            : null;

    public static AppSettingsFact Kestrel(StackSources s)
    {
        AppSetting? Limit(string name, Func<string, double?> read) => s.Text(KestrelValues, name)?.As(read) ?? StackDefaults.Of("kestrel", name, s.Version);
        return new()
        {
            Stack = "kestrel",
            Idle = Limit("KeepAliveTimeout", TimeSpanSeconds),
            Body = Limit("MaxRequestBodySize", text => text == "null" ? double.PositiveInfinity : Quantity.Product(text.Trim('"'))),
            Header = Limit("MaxRequestHeadersTotalSize", text => Quantity.Product(text.Trim('"'))),
        };
    }

    public static AppSettingsFact Apache(StackSources s)
    {
        AppSetting? Directive(string name, Func<string, double?> read) => s.Text(ApacheValues, name)?.As(read) ?? StackDefaults.Of("apache", name, s.Version);
        var off = s.Text(ApacheValues, "KeepAlive") is { } keep && keep.Value.Equals("off", StringComparison.OrdinalIgnoreCase) ? keep.As(_ => 0) : null;
        return new()
        {
            Stack = "apache",
            Idle = off ?? Directive("KeepAliveTimeout", Quantity.Seconds),
            Workers = Directive("MaxRequestWorkers", Quantity.Count),
            Body = Directive("LimitRequestBody", text => Quantity.Limit(text, Quantity.Count)),
            Header = Directive("LimitRequestFieldSize", Quantity.Count),
        };
    }

    private static double? TimeSpanSeconds(string text)
    {
        if (TimeSpan.TryParse(text.Trim('"'), System.Globalization.CultureInfo.InvariantCulture, out var span))
        {
            return span.TotalSeconds;
        }

        var open = text.IndexOf('(');
        return open < 0 || Quantity.Count(text[(open + 1)..].TrimEnd(')')) is not { } number ? null : text[..open] switch
        {
            "TimeSpan.FromSeconds" => number,
            "TimeSpan.FromMinutes" => number * 60,
            "TimeSpan.FromHours" => number * 3600,
            "TimeSpan.FromMilliseconds" => number / 1000,
            _ => null,
        };
    }

    /// <summary>Attributes of the connector on the port, else of the first that speaks HTTP.</summary>
    private static IEnumerable<(string Name, string Value, int At)> ConnectorValues(string text, int? port)
    {
        // Comments are blanked in place, so that lines stay what they are.
        var plain = Comment.Replace(text, match => new string([.. match.Value.Select(c => c == '\n' ? c : ' ')]));
        var connectors = Connector.Matches(plain).Select(match => (match.Index, Values: Attribute.Matches(match.Value).Select(attribute => (Name: attribute.Groups["name"].Value, Value: attribute.Groups["value"].Value, At: match.Index + attribute.Index)).ToList())).ToList();
        var ours = connectors.FirstOrDefault(connector => port is not null && connector.Values.Exists(value => value.Name == "port" && value.Value == port.Value.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        ours = ours.Values is null ? connectors.FirstOrDefault(connector => !connector.Values.Exists(value => value.Name == "protocol" && value.Value.StartsWith("AJP", StringComparison.OrdinalIgnoreCase))) : ours;
        return ours.Values ?? [];
    }

    private static IEnumerable<(string Name, string Value, int At)> KestrelValues(string text)
        => KestrelLimit.Matches(text).Select(match => (match.Groups["name"].Value, match.Groups["value"].Value, match.Index));

    private static IEnumerable<(string Name, string Value, int At)> SpringValues(string text)
        => SpringProperty.Matches(text).Select(match => (match.Groups["name"].Value, match.Groups["value"].Value, match.Index));

    private static IEnumerable<(string Name, string Value, int At)> ApacheValues(string text)
        => ApacheDirective.Matches(text).Select(match => (match.Groups["name"].Value, match.Groups["value"].Value, match.Index));
}
