using System.Text;
using System.Text.Json;
using Why502.Nginx;
using Why502.Nginx.Crossplane;
using Xunit;

namespace Why502.Tests.Nginx.Crossplane;

public sealed class CrossplaneTests
{
    private static readonly CrossplaneOptions Default = new();
    private static readonly CrossplaneOptions SyntaxOnly = new() { SyntaxOnly = true, SingleFile = true };

    [Theory]
    [InlineData("a b \"c\\\"d\" 'e f' \"\\t\\\\\";", "a 1 [b|c\"d|e f|\\t\\\\]")]
    [InlineData("a\n b\n {\n c; }", "a 1 [b] { c 4 [] }")]
    [InlineData("if ($a = \"b\") { }", "if 1 [$a|=|b] { }")]
    [InlineData("if ( $a ) { }", "if 1 [$a] { }")]
    [InlineData("if ($a) { }", "if 1 [$a] { }")]
    [InlineData("# one\na; # two \n", "# 1  one;a 2 [];# 2  two ")]
    [InlineData("a # in\n b # in2\n;", "a 1 [b];# 1  in;# 1  in2")]
    [InlineData("a # head\n { # inside\n b;\n # last\n} # after", "a 1 [] { # 2  inside;b 3 [];# 4  last };# 1  head;# 5  after")]
    [InlineData("x_by_lua_block { a = { '}' } } b;", "x_by_lua_block 1 [ a = { '}' } ];b 1 []")]
    [InlineData("set_by_lua_block $a { return 1 }", "set_by_lua_block 1 [$a| return 1 ]")]
    [InlineData("a \"b\r\nc\"; # d\r\ne;", "a 1 [b\r\nc];# 2  d;e 3 []")]
    [InlineData("", "")]
    public void Tree_IsCrossplanes(string text, string expected)
    {
        var parse = Parse(text, new() { SyntaxOnly = true, Comments = true });
        Assert.Equal(expected, Tree(Payload(parse).GetProperty("config")[0].GetProperty("parsed")));
    }

    [Theory]
    [InlineData("events {}\nhttp {\n server\n  listen 80;\n }\n}\n", 4, "directive \"server\" has no opening \"{\"")]
    [InlineData("events {}\nhttp {\n server {\n  access_log off\n  location / { }\n }\n}\n", 5, "directive \"access_log\" is not terminated by \";\"")]
    [InlineData("pid a {\nevents {}\n", 1, "directive \"pid\" is not terminated by \";\"")]
    [InlineData("types\n  text/html html;\n}\n", 2, "directive \"types\" has no opening \"{\"")]
    [InlineData("http {\n map $a $b {\n a b;\n server {\n listen 80;\n }\n}\n", 4, "unexpected \"{\"")]
    [InlineData("http {\n server {\n listen 80;\n server {\n listen 81;\n }\n}\n", 4, "\"server\" directive is not allowed here")]
    [InlineData("server\n listen 80;\n server_name a;\n location / { }\n}\n", 2, "directive \"server\" has no opening \"{\"")]
    [InlineData("server\n  listen 80;\n}\n", 2, "directive \"server\" has no opening \"{\"")]
    [InlineData("server {\n root 'a;\n index b;\n}\n}\n", 6, "unexpected end of file, expecting \";\" or \"}\"")]
    [InlineData("location / {\n proxy_pass http://a\n}\n", 3, "unexpected \"}\"")]
    [InlineData("http { upstream a {\n server b {\n } } }", 2, "directive \"server\" is not terminated by \";\"")]
    [InlineData("location / { content_by_lua_block {\n x = [=[\n@4100\n]=] } }", 2, "Lua code block missing the closing long bracket \"]=]\"")]
    [InlineData("http { x_by_lua_block {\n { \n }\n", 2, "unexpected end of file, expecting terminating characters for lua code block")]
    public void MissingBraceOrSemicolon_IsNamedOnNginxsLine(string text, int line, string message)
    {
        var error = Parse(text.Replace("@4100", new string('x', 4100), StringComparison.Ordinal), SyntaxOnly).Errors.First();
        Assert.Equal((line, message), (error.Line, error.Message));
    }

    [Theory]
    [InlineData("server 10.0.0.1;\nserver 10.0.0.2 backup;\n")]
    [InlineData("server { listen 80; }\n")]
    [InlineData("stream { server { listen 1; } upstream a { server b:1; } }")]
    [InlineData("mail { server { listen 1; } }")]
    [InlineData("rtmp { server { listen 1935; application live { live on; } } }")]
    [InlineData("map $a $b { include x; server c; events d; }")]
    [InlineData("some_module { any { thing goes; } }")]
    [InlineData("\"server\" { listen 80; }")]
    [InlineData("location / { content_by_lua_block {\n x = [=[ } ]=] } }")]
    public void WhatNginxReads_HasNoError(string text) => Assert.Empty(Parse(text, SyntaxOnly).Errors);

    [Fact]
    public void OneMistake_IsNotReportedTwice()
    {
        Assert.Single(Parse("pid a {\nevents {}\nhttp { server { } }\n", SyntaxOnly).Errors);
        Assert.Single(Parse("events {}\nhttp\n server { listen 80; }\n}\n", SyntaxOnly).Errors);
    }

    [Fact]
    public void TwoMistakes_AreBothReported()
    {
        var errors = Parse("events {}\nhttp {\n server {\n  root /a\n }\n server {\n  index b\n }\n}\n", SyntaxOnly).Errors.ToList();
        Assert.Equal([5, 8], errors.Select(error => error.Line!.Value));
        Assert.Equal("\"root\" on line 4 has no \";\"", errors[0].Hint);
    }

    [Theory]
    [InlineData("user;", "1 invalid number of arguments in \"user\" directive")]
    [InlineData("events {}\nhttp {\n gzip maybe; }", "3 invalid value \"maybe\" in \"gzip\" directive, it must be \"on\" or \"off\"")]
    [InlineData("events {\n proxy_pass http://a;\n}", "2 \"proxy_pass\" directive is not allowed here")]
    [InlineData("http { server {\n location / {\n  proxy_pass a\n }\n}\n}", "3 directive \"proxy_pass\" is not terminated by \";\"")]
    [InlineData("http { map $a $b {\n c d e;\n } }", "2 invalid number of the map parameters")]
    [InlineData("not_known a b;", "")]
    [InlineData("http { server { listen", "1 unexpected end of file, expecting \";\" or \"}\"")]
    [InlineData("http { server { content_by_lua_block { } } }", "")]
    public void WithoutSyntaxOnly_ArgumentsAndContextsAreChecked(string text, string expected) =>
        Assert.Equal(expected, string.Join(';', Parse(text, Default).Errors.Select(error => $"{error.Line} {error.Message}")));

    [Fact]
    public void RefusedDirective_IsNotInTheTree() =>
        Assert.Equal("user 2 [a]", Tree(Payload(Parse("pid a b;\nuser a;", Default)).GetProperty("config")[0].GetProperty("parsed")));

    [Fact]
    public void UnknownDirective_IsAnErrorWhenStrict()
    {
        var error = Assert.Single(Parse("http {\n proxy_passs a;\n map $a $b { c d; }\n}", new() { Strict = true }).Errors);
        Assert.Equal((2, "unknown directive \"proxy_passs\""), (error.Line, error.Message));
    }

    [Fact]
    public void IgnoredDirectives_AreLeftOutWithTheirBlocks() =>
        Assert.Equal("a 1 []", Tree(Payload(Parse("a; b { c; # d\n } e;", new() { Comments = true, Ignore = new HashSet<string> { "b", "e" } })).GetProperty("config")[0].GetProperty("parsed")));

    [Fact]
    public void Includes_AreFilesInTheOrderInWhichTheyAreNamed()
    {
        var source = new InMemorySource().Add("/etc/a.conf", "x; include b/*.conf;").Add("/etc/b/2.conf", "two;").Add("/etc/b/10.conf", "ten;").Add("/etc/b/.hidden.conf", "no;");
        var payload = Payload(Parse("include a.conf;\ninclude gone.conf;\ninclude /etc/b/2.conf;", Default, source));
        Assert.Equal(["/etc/nginx.conf", "/etc/a.conf", "/etc/b/2.conf", "/etc/b/10.conf"], payload.GetProperty("config").EnumerateArray().Select(file => file.GetProperty("file").GetString()));
        Assert.Equal("[3,2]", payload.GetProperty("config")[1].GetProperty("parsed")[1].GetProperty("includes").GetRawText());
        Assert.Equal("open() \"/etc/gone.conf\" failed (2: No such file or directory) in /etc/nginx.conf:2", payload.GetProperty("errors")[0].GetProperty("error").GetString());
    }

    [Fact]
    public void CombinedTree_HasWhatIncludesBringInWithItsFile()
    {
        var source = new InMemorySource().Add("/etc/a.conf", "x;\ny { }");
        var payload = Payload(Parse("b { include a.conf; }\nc;", new() { Combine = true }, source));
        var file = Assert.Single(payload.GetProperty("config").EnumerateArray());
        Assert.Equal("b 1 [] { x 1 [];y 2 [] { } };c 2 []", Tree(file.GetProperty("parsed")));
        Assert.Equal("/etc/a.conf", file.GetProperty("parsed")[0].GetProperty("block")[0].GetProperty("file").GetString());
    }

    [Fact]
    public void FilesThatIncludeEachOther_AreReportedAndEnd()
    {
        var source = new InMemorySource().Add("/etc/a.conf", "x; include b.conf; include b.conf;").Add("/etc/b.conf", "include a.conf; include a.conf; y;");
        foreach (var combine in new[] { false, true })
        {
            var errors = Parse("include a.conf; include a.conf;", new() { Combine = combine }, source).Errors.ToList();
            Assert.Equal(["/etc/b.conf", "/etc/b.conf"], errors.Select(error => error.File));
            Assert.StartsWith("\"/etc/a.conf\" includes itself", errors[0].Message, StringComparison.Ordinal);
            Payload(Parse("include a.conf; include a.conf;", new() { Combine = combine }, source));
        }
    }

    [Fact]
    public void BytesThatAreNotUtf8_GiveValidJson()
    {
        var parse = CrossplaneParse.Of(new InMemorySource(), "/etc/nginx.conf", [.. "root \""u8, 0xE9, 0, 1, 0xFF, .. "\"; # "u8, 0xC3, .. "\n"u8], new() { Comments = true });
        Assert.Equal("root 1 [\uFFFD\0\u0001\uFFFD];# 1  \uFFFD", Tree(Payload(parse).GetProperty("config")[0].GetProperty("parsed")));
    }

    [Fact]
    public void Dump_IsAWholeConfigurationUnlessASingleFileIsAskedFor()
    {
        const string Dump = "# configuration file /etc/nginx/nginx.conf:\nhttp { include a; }\n\n# configuration file /etc/nginx/a:\nserver { }\n\n";
        Assert.Equal(2, Parse(Dump, Default).Files.Count);
        Assert.Single(Parse(Dump, SyntaxOnly).Files);
    }

    [Fact]
    public void DeepNesting_IsWritten()
    {
        var parse = Parse(string.Concat(Enumerable.Repeat("a{", 20_000)) + new string('}', 20_000), SyntaxOnly);
        Assert.Empty(parse.Errors);
        Assert.Equal(20_000, Write(parse).AsSpan().Count("\"block\""u8));
    }

    private static CrossplaneParse Parse(string text, CrossplaneOptions options, InMemorySource? source = null) =>
        CrossplaneParse.Of(source ?? new InMemorySource(), "/etc/nginx.conf", Encoding.UTF8.GetBytes(text), options);

    private static byte[] Write(CrossplaneParse parse)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { MaxDepth = int.MaxValue }))
        {
            CrossplaneWriter.Write(parse, json);
        }

        return stream.ToArray();
    }

    private static JsonElement Payload(CrossplaneParse parse) => JsonDocument.Parse(Write(parse)).RootElement;

    private static string Tree(JsonElement parsed) => string.Join(';', parsed.EnumerateArray().Select(Statement));

    private static string Statement(JsonElement node)
    {
        var head = $"{node.GetProperty("directive").GetString()} {node.GetProperty("line").GetInt32()}";
        if (node.TryGetProperty("comment", out var comment))
        {
            return $"{head} {comment.GetString()}";
        }

        var arguments = string.Join('|', node.GetProperty("args").EnumerateArray().Select(argument => argument.GetString()));
        var block = node.TryGetProperty("block", out var inner) ? inner.GetArrayLength() == 0 ? " { }" : $" {{ {Tree(inner)} }}" : string.Empty;
        return $"{head} [{arguments}]{block}";
    }
}
