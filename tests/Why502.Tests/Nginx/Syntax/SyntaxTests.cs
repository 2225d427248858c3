using System.Text;
using Why502.Nginx;
using Xunit;

namespace Why502.Tests.Nginx.Syntax;

public sealed class SyntaxTests
{
    [Theory]
    [InlineData("a b c;", "a|b|c")]
    [InlineData("a 'b c' \"d;e\";", "a|b c|d;e")]
    [InlineData("a \"b\\\"c\" d\\;e f\\ g;", "a|b\"c|d\\;e|f\\ g")]
    [InlineData("a '\\t\\n\\r\\x\\\\';", "a|\t\n\r\\x\\")]
    [InlineData("a ${b}c $d{}", "a|${b}c|$d")]
    [InlineData("a ${b}/${c}x;", "a|${b}/${c}x")]
    [InlineData("a b}c #d\n e#f;", "a|b}c|e#f")]
    [InlineData("a\tb\r\n c\n;", "a|b|c")]
    [InlineData("a b'c d\"e;", "a|b'c|d\"e")]
    [InlineData("if (\"a\") ;", "if|(\"a\")")]
    [InlineData("if ($a = \"b\");", "if|($a|=|b|)")]
    [InlineData("\"a\" ;", "a")]
    [InlineData("a \"\";", "a|")]
    [InlineData("a \"b\nc\";", "a|b\nc")]
    public void Words_AreReadAsNginxReadsThem(string text, string expected)
    {
        var configuration = Conf.Load(text);
        var directive = Assert.Single(configuration.Root);
        Assert.Equal(expected, string.Join('|', directive.Arguments.Prepend(directive.Name)));
        Assert.Empty(configuration.Problems);
    }

    [Theory]
    [InlineData("a b", 1, "unexpected end of file, expecting \";\" or \"}\"")]
    [InlineData("a {\nb c;\n", 3, "unexpected end of file, expecting \"}\"")]
    [InlineData("a;\n}\nb;", 2, "unexpected \"}\"")]
    [InlineData("a {\nb\n}\n", 3, "unexpected \"}\"")]
    [InlineData("a;\n;b;", 2, "unexpected \";\"")]
    [InlineData("\n{ a; }", 2, "unexpected \"{\"")]
    [InlineData("a 'b'c;", 1, "unexpected \"c\"")]
    [InlineData("a 'b;\nc;\n", 3, "unexpected end of file, expecting \";\" or \"}\"")]
    [InlineData("\uFEFFuser www;", 1, "unknown directive \"\uFEFFuser\"")]
    public void Mistake_IsNamedInNginxsWordsAtItsLine(string text, int line, string message)
    {
        var problem = Conf.Load(text).Problems[0];
        Assert.Equal(message, problem.Message);
        Assert.Equal(new SourceLine(Conf.Main, line), problem.At);
    }

    [Fact]
    public void AfterAMistake_ReadingGoesOn()
    {
        var configuration = Conf.Load("events {}\nhttp {\n  server {\n    listen 80\n  }\n  server { listen \"81; }\n  server { listen 82; }\n}\n");
        Assert.Equal(2, configuration.Problems.Count(p => p.Kind == ProblemKind.Syntax));
        Assert.Contains(configuration.Servers, s => s.Listens[0].Port == 82);
    }

    [Fact]
    public void WordOfMoreThan4096Bytes_IsRefusedAsNginxDoesAndStillRead()
    {
        var configuration = Conf.Load("events {}\nuser \"" + new string('x', 5000) + "\";\nworker_processes 2;\n");
        var problem = Assert.Single(configuration.Problems);
        Assert.Equal("too long parameter, probably missing terminating \"\"\" character", problem.Message);
        Assert.Equal(2, problem.At.Line);
        Assert.Equal(2, configuration.WorkerProcesses);
    }

    /// <summary>Measured with nginx 1.22.1: NGX_CONF_BUFFER holds the word until the byte that tells what comes next is there.</summary>
    [Theory]
    [InlineData("", ";", 4095, false)]
    [InlineData("", ";", 4096, true)]
    [InlineData("", " ;", 4094, false)]
    [InlineData("", " ;", 4095, true)]
    [InlineData("\"", ";", 4094, false)]
    [InlineData("\"", ";", 4095, true)]
    [InlineData("\"", " ;", 4093, false)]
    [InlineData("\"", " ;", 4094, true)]
    public void WordThatJustFitsNginxsBuffer_IsJudgedAsNginxDoes(string quote, string end, int length, bool isTooLong)
    {
        var configuration = Conf.Load("env " + quote + new string('x', length) + quote + end + "\nevents {}\n");
        Assert.Equal(isTooLong ? 1 : 0, configuration.Problems.Count);
    }

    [Fact]
    public void DumpParsedAsASingleFile_IsTextLikeAnyOther()
    {
        var bytes = "noise\n# configuration file /etc/nginx/nginx.conf:\ninclude a;\n"u8.ToArray();
        var file = ConfigurationFile.Parse("-", bytes);
        Assert.Equal(bytes, file.Print());
        Assert.Equal(["noise"], file.Directives.Select(d => d.Name));
        Assert.Equal(["include", "a"], file.Directives[0].Arguments);
    }

    [Fact]
    public void LuaBlock_IsKeptRawWithItsBracesStringsAndComments()
    {
        const string Lua = " local t = { a = \"}\" } -- }\n --[[ } ]] ngx.say('}', [==[ }]] ]==]) ";
        var configuration = Conf.InServer("location / {\n content_by_lua_block {" + Lua + "}\n return 204; }");
        Assert.Equal(Lua, configuration.Find("content_by_lua_block").RawBody);
        Assert.Equal(["204"], configuration.Find("return").Arguments);
        Assert.Empty(configuration.Problems);
    }

    [Fact]
    public void Lines_AreThoseOfTheNameTheTerminatorAndTheEnd()
    {
        var directive = Conf.Load("\nserver\n{\n  listen 80;\n}\n").Find("server");
        Assert.Equal((2, 3, 5), (directive.At.Line, directive.TerminatorAt.Line, directive.EndAt.Line));
    }

    [Fact]
    public void BytesThatAreNotUtf8_RoundTripAndReadAsLatin1()
    {
        byte[] bytes = [.. "root /srv/caf"u8, 0xE9, .. ";\r\n"u8];
        var configuration = Conf.Load(bytes);
        Assert.Equal("/srv/café", configuration.Find("root").Arguments[0]);
        Assert.Equal(bytes, configuration.Files[0].Print());
        Assert.Equal("/srv/café", Conf.Load(Encoding.UTF8.GetBytes("root /srv/café;")).Find("root").Arguments[0]);
    }

    [Theory]
    [InlineData("a b;\n  c d;\ne", 8, "c d;")]
    [InlineData("a", 1, "a")]
    [InlineData("", 0, "")]
    public void Excerpt_IsTheLine(string text, int offset, string expected) =>
        Assert.Equal(expected, ConfigurationFile.Parse("a", Encoding.UTF8.GetBytes(text)).Excerpt(offset));

    [Fact]
    public void ExcerptOfAnEndlessLine_IsAPieceOfIt() =>
        Assert.Equal(320, ConfigurationFile.Parse("a", Encoding.UTF8.GetBytes(new string('x', 1_000_000))).Excerpt(500_000).Length);

    /// <summary>Mistakes by the million cost time and memory in proportion to the text, no more.</summary>
    [Theory]
    [InlineData("{")]
    [InlineData("}")]
    [InlineData(";")]
    [InlineData("\"")]
    [InlineData("a 'b;\n")]
    [InlineData("\"a\"b;")]
    [InlineData("pid a {")]
    [InlineData("x_by_lua_block { '} }")]
    [InlineData("map a b {")]
    [InlineData("server\nlisten 80;")]
    public void HostileText_TakesTimeInProportion(string piece)
    {
        var options = new Why502.Nginx.Crossplane.CrossplaneOptions { SyntaxOnly = true };
        var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(piece, 1_600_000 / piece.Length)));
        var start = System.Diagnostics.Stopwatch.GetTimestamp();
        var parse = Why502.Nginx.Crossplane.CrossplaneParse.Of(new InMemorySource(), "/a", text, options);
        Assert.True(parse.Errors.Count() <= 1000);
        // What grows with the square of the text would take minutes.
        Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void DeeplyNestedBlocks_AreReportedNotFollowed()
    {
        var configuration = Conf.Load(string.Concat(Enumerable.Repeat("a{", 100_000)));
        Assert.Contains(configuration.Problems, p => p.Message.StartsWith("blocks are nested", StringComparison.Ordinal));
    }
}
