using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Why502.Nginx;
using Xunit;

namespace Why502.Tests.Nginx.Syntax;

/// <summary>What holds for every input: nothing throws, nothing is lost, an edit means what it says.</summary>
public sealed class SyntaxProperties
{
    private static readonly string[] Pieces =
    [
        "server", "location", "http", "proxy_pass", "include", "x_by_lua_block", " ", "\n", "\r\n", "\t", ";", "{", "}", "\"", "'", "\\", "$", "${", "#",
        "a", "(", ")", "--", "[[", "]]", "é", "\uFEFF", "\0", "listen 80;", "if ($a = \"b\") {", "# configuration file /a:\n", "~", "*",
    ];

    // A marker inside a word would make the whole text a dump.
    private static Gen<string> Words => Gen.Elements(Pieces).ArrayOf().Select(string.Concat).Where(w => !w.Contains("configuration file", StringComparison.Ordinal));

    private static Gen<byte[]> Texts => Gen.OneOf(
        Gen.Choose(0, 255).Select(i => (byte)i).ArrayOf(),
        Gen.Elements(Pieces).ArrayOf().Select(parts => Encoding.UTF8.GetBytes(string.Concat(parts))));

    [Fact]
    public void AnyBytes_PrintBackAndNeverThrow()
    {
        Prop.ForAll(Arb.From(Texts), bytes =>
        {
            var configuration = Conf.Load(bytes);
            _ = (configuration.ErrorLogs, configuration.AccessLogs, configuration.Route(null, "a", "GET", "/a"));
            _ = NginxConfiguration.LooksLikeConfiguration(bytes);
            return DumpText.IsDump(bytes) || configuration.Files[0].Print().AsSpan().SequenceEqual(bytes);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    [Fact]
    public void AnyBytes_SpansNestAndFollowEachOther()
    {
        Prop.ForAll(Arb.From(Texts), bytes => DumpText.IsDump(bytes) || Nests(Conf.Load(bytes).Files[0].Directives, 0, bytes.Length))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    [Fact]
    public void AnyWord_QuotedReadsBackAsItself()
    {
        Prop.ForAll(Arb.From(Words), word =>
        {
            var configuration = Conf.Load($"a {ConfigurationEdit.Quote(word, false)} {ConfigurationEdit.Quote(word, true)};");
            return configuration.Problems.Count == 0 && configuration.Root[0].Arguments.SequenceEqual([word, word]);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    [Fact]
    public void AnyArguments_SetInABlockAreThereAfterwardsAndNothingElseChanges()
    {
        Prop.ForAll(Arb.From(Words.ArrayOf()), arguments =>
        {
            var before = Conf.InServer("location / {\n    proxy_pass http://a; # why\n    proxy_read_timeout 5s;\n}");
            var edit = ConfigurationEdit.Set(before, before.Find("location"), "proxy_read_timeout", arguments);
            var added = ConfigurationEdit.Set(before, before.Find("location"), "proxy_set_header", arguments);
            return Holds(edit, "proxy_read_timeout", arguments) && Holds(added, "proxy_set_header", arguments);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(100));
    }

    private static bool Holds(FileEdit edit, string name, string[] arguments)
    {
        var after = Conf.Load(edit.After);
        return after.Problems.All(p => p.Kind != ProblemKind.Syntax)
            && after.Find(name).Arguments.SequenceEqual(arguments)
            && after.Find("proxy_pass").Arguments[0] == "http://a"
            && edit.After.AsSpan().IndexOf("# why"u8) > 0;
    }

    private static bool Nests(IReadOnlyList<Directive> directives, int start, int end)
    {
        foreach (var directive in directives)
        {
            if (directive.Span.Start < start || directive.Span.End > end || directive.Span.Length < 0)
            {
                return false;
            }

            if (directive.Written is { } children && !Nests(children, directive.BodySpan!.Value.Start, directive.BodySpan.Value.End))
            {
                return false;
            }

            start = directive.Span.End;
        }

        return true;
    }
}
