using System.Buffers;
using System.Text.Json;
using Why502.Nginx;
using Why502.Nginx.Checks;
using Why502.Nginx.Crossplane;

namespace Why502.Bench.Configuration;

/// <summary>A configuration of three files that may include each other, and everything that must hold for it.</summary>
internal sealed class FuzzInput(byte[] main, byte[] a, byte[] b)
{
    private const string Folder = "/etc/nginx/";
    private const int AspectsCount = 7;

    public IReadOnlyList<KeyValuePair<string, byte[]>> Files { get; } = [new("nginx.conf", main), new("a.conf", a), new("b.conf", b)];

    /// <summary>Parsing, printing and the model always; one of the dearer aspects by <paramref name="choice"/>.</summary>
    /// <returns>What does not hold; null when all does.</returns>
    public string? Check(int choice, List<int> features) => CheckText(features) ?? CheckModel(features) ?? CheckAspect(choice % AspectsCount);

    public string? CheckAll(List<int> features)
    {
        string? wrong = CheckText(features) ?? CheckModel(features);
        for (int i = 0; i < AspectsCount; i++)
        {
            wrong ??= CheckAspect(i);
        }

        return wrong;
    }

    private string? CheckText(List<int> features)
    {
        ConfigurationFile file = ConfigurationFile.Parse("nginx.conf", main);
        if (!file.Print().AsSpan().SequenceEqual(main))
        {
            return "printing it back changes it";
        }

        int end = 0;
        return Spans(file.Directives, ref end, main.Length, 17, features) ? null : "directives overlap";
    }

    /// <summary>Directives follow each other, and blocks hold theirs. Each pair of a block and what is in it is a feature.</summary>
    private static bool Spans(IReadOnlyList<Directive> directives, ref int start, int end, int around, List<int> features)
    {
        foreach (Directive directive in directives)
        {
            ByteSpan span = directive.Span;
            if (span.Start < start || span.End > end || span.Length < 0)
            {
                return false;
            }

            int feature = HashCode.Combine(around, Kind(directive), Math.Min(directive.Arguments.Count, 4), directive.Block is null);
            features.Add(feature);
            if (directive.Written is { } inside && directive.BodySpan is { } body)
            {
                int at = body.Start;
                if (!Spans(inside, ref at, body.End, Kind(directive), features))
                {
                    return false;
                }
            }

            start = span.End;
        }

        return true;
    }

    /// <summary>Names that nginx knows; all others are one kind, else noise alone would be new for ever.</summary>
    private static int Kind(Directive directive) => Nginx.Directives.DirectiveTable.Find(directive.Name).Count > 0 ? directive.Name.GetHashCode(StringComparison.Ordinal) : 1;

    private string? CheckModel(List<int> features)
    {
        NginxConfiguration configuration = Load(main);
        foreach (Problem problem in configuration.Problems)
        {
            features.Add(HashCode.Combine(problem.Kind, problem.Message.Length < 3 ? problem.Message : problem.Message[..3], problem.Message.Contains("include", StringComparison.Ordinal)));
            if (problem.At.Line < 1)
            {
                return $"a problem has no line: {problem}";
            }
        }

        _ = (configuration.Servers.Count, configuration.StreamServers.Count, configuration.Upstreams.Count, configuration.ErrorLogs.Count, configuration.AccessLogs.Count);
        foreach (ProxiedLocation location in configuration.ProxiedLocations)
        {
            _ = location.ToString();
        }

        return null;
    }

    private string? CheckAspect(int aspect)
    {
        switch (aspect)
        {
            case 0:
                return CheckPayload(new CrossplaneOptions { Comments = true });
            case 1:
                return CheckPayload(new CrossplaneOptions { SyntaxOnly = true, SingleFile = true, Comments = true });
            case 2:
                return CheckPayload(new CrossplaneOptions { Combine = true, Strict = true, Ignore = new HashSet<string> { "listen" } });
            case 3:
                NginxConfiguration configuration = Load(main);
                foreach (string uri in new[] { "/", "/a/b.php?x=y", "/%2e%2e//\\a", "" })
                {
                    _ = configuration.Route("127.0.0.1:80", "a.example", "GET", uri);
                    _ = configuration.LocationFor("a.example", "b", uri, "http://127.0.0.1:3000/");
                }

                return null;
            case 4:
                return CheckEdit();
            case 5:
                return ConfigurationCheck.Run(Load(main), NginxFacts.Newest, UnobservedWorld.Instance).Any(problem => problem.Message.Length == 0) ? "a problem says nothing" : null;
            default:
                bool isDump = DumpText.IsDump(main);
                _ = (NginxConfiguration.LooksLikeConfiguration(main), isDump ? DumpText.Split(main).Count : 0);
                return null;
        }
    }

    private string? CheckPayload(CrossplaneOptions options)
    {
        CrossplaneParse parse = CrossplaneParse.Of(Source(main), Folder + "nginx.conf", main, options);
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { MaxDepth = int.MaxValue }))
        {
            CrossplaneWriter.Write(parse, json);
        }

        Utf8JsonReader reader = new(buffer.WrittenSpan, new JsonReaderOptions { MaxDepth = int.MaxValue });
        while (reader.Read())
        {
            // A payload that is no JSON throws.
        }

        return null;
    }

    /// <summary>A directive set in a block is there after the text is read again.</summary>
    private string? CheckEdit()
    {
        NginxConfiguration configuration = Load(main);
        Directive? block = configuration.Root.FirstOrDefault(directive => directive.Block is not null && directive.RawBody is null && !directive.File.WasDump && directive.File.Path == Folder + "nginx.conf");
        if (block is null || configuration.Problems.Count > 0)
        {
            return null;
        }

        FileEdit edit = ConfigurationEdit.Set(configuration, block, "why502_word", "a b", "c;{\"'");
        ConfigurationFile after = ConfigurationFile.Parse("nginx.conf", edit.After);
        Directive? edited = after.Directives.FirstOrDefault(directive => directive.Span.Start == block.Span.Start);
        return edited?.Written is { } inside && inside.Any(directive => directive.Is("why502_word") && directive.Arguments.SequenceEqual(["a b", "c;{\"'"])) ? null : "a directive that was set is not there";
    }

    private NginxConfiguration Load(byte[] text) => NginxConfiguration.Load(Source(text), Folder + "nginx.conf", Folder);

    private InMemorySource Source(byte[] text) => new InMemorySource().Add(Folder + "nginx.conf", text).Add(Folder + "a.conf", a).Add(Folder + "b.conf", b);
}
