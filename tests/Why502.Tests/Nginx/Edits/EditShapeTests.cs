using System.Text;
using Why502.Nginx;
using Xunit;

namespace Why502.Tests.Nginx.Edits;

/// <summary>How edited files look: as if a careful person had made the edit.</summary>
public sealed class EditShapeTests
{
    [Theory]
    [InlineData("a;\nb;\nc;\n", "b", "a;\nc;\n")]
    [InlineData("a;\n# about b\nb; # why\nc;\n", "b", "a;\n# about b\nc;\n")]
    [InlineData("a;\n\nb;\n\nc;\n", "b", "a;\n\nc;\n")]
    [InlineData("b;\nc;\n", "b", "c;\n")]
    [InlineData("a;\nb;", "b", "a;")]
    [InlineData("x { a; b; }\n", "b", "x { a; }\n")]
    [InlineData("x { b; c; }\n", "b", "x { c; }\n")]
    [InlineData("x {\n  a; b; # both\n}\n", "b", "x {\n  a; # both\n}\n")]
    [InlineData("x {\n  b; a; # both\n}\n", "b", "x {\n  a; # both\n}\n")]
    [InlineData("x {\n  b;\n}\n", "b", "x {\n}\n")]
    [InlineData("a;\r\nb {\r\n  c;\r\n}\r\nd;\r\n", "b", "a;\r\nd;\r\n")]
    public void Removed_TakesItsLineAlong(string before, string name, string after) =>
        Check(before, c => [new Edit.Remove(c.Find(name))], after);

    [Theory]
    [InlineData("x {\n\ta;\n\tb;\n}\n", "x {\n\tif ($v) {\n\t\ta;\n\t\tb;\n\t}\n}\n")]
    [InlineData("x { a; b; }\n", "x { if ($v) { a; b; } }\n")]
    [InlineData("x {\n  # first\n  a; # 1\n\n  # second\n  b {\n    c;\n  }\n}\n", "x {\n  # first\n  if ($v) {\n    a; # 1\n\n    # second\n    b {\n      c;\n    }\n  }\n}\n")]
    public void Wrapped_IsOneStepDeeper(string before, string after) =>
        Check(before, c => [new Edit.Wrap([c.Find("a"), c.Find("b")], "if", ["($v)"])], after);

    [Theory]
    [InlineData("x {\n  a;\n  w {\n    b; # 1\n    # end\n  } # out\n  c;\n}\n", "x {\n  a;\n  b; # 1\n  # end\n  # out\n  c;\n}\n")]
    [InlineData("w {\n    # first\n    b;\n}\n", "# first\nb;\n")]
    [InlineData("w { b; c; }\n", "b; c;\n")]
    [InlineData("a;\nw {}\nb;\n", "a;\nb;\n")]
    [InlineData("x {\n  w {\n    b;\n    # end\n  } c;\n}\n", "x {\n  b;\n  # end\n  c;\n}\n")]
    [InlineData("x { w {\n    b;\n    # end\n} }\nc;\n", "x { b;\n# end\n}\nc;\n")]
    public void Unwrapped_IsOneStepHigher(string before, string after) =>
        Check(before, c => [new Edit.Unwrap(c.Find("w"))], after);

    [Fact]
    public void MovedBlock_TakesTheIndentationOfItsPlaceAndKeepsItsTexts() => Check(
        "a {\n\tb {\n\t\tc 'x\n\t\ty'; # 1\n\t\t# 2\n\t}\n}\nd {\n}\n",
        c => [new Edit.Move(c.Find("b"), Place.After(c.Find("a")))],
        "a {\n}\nb {\n\tc 'x\n\t\ty'; # 1\n\t# 2\n}\nd {\n}\n");

    [Fact]
    public void Added_StandsAmongItsKind() => Check(
        "server {\n    listen 80;\n    ssl_protocols TLSv1.3;\n    root /x;\n\n    location / {\n    }\n}\n",
        c =>
        [
            new Edit.Add(NewDirective.Simple("listen", "443", "ssl"), Place.AmongItsKind(c.Find("server"))),
            new Edit.Add(NewDirective.Simple("ssl_certificate", "/etc/a b.pem"), Place.AmongItsKind(c.Find("server"))),
            new Edit.Add(NewDirective.WithBlock("location", ["~", @"\.php$"], NewDirective.Simple("return", "404")), Place.AmongItsKind(c.Find("server"))),
        ],
        "server {\n    listen 80;\n    listen 443 ssl;\n    ssl_protocols TLSv1.3;\n    ssl_certificate \"/etc/a b.pem\";\n    root /x;\n\n    location / {\n    }\n\n    location ~ \\.php$ {\n        return 404;\n    }\n}\n");

    [Fact]
    public void AddedBeforeASibling_StaysBelowWhatIsAboveTheSiblingsComments() => Check(
        "a;\n\n# about b\nb;\n",
        c => [new Edit.Add(NewDirective.Simple("x"), Place.Before(c.Find("b")))],
        "a;\n\nx;\n# about b\nb;\n");

    [Fact]
    public void SingleQuotes_Stay() => Check("a 'b c';\n", c => [new Edit.SetArguments(c.Find("a"), ["it's"])], "a 'it\\'s';\n");

    [Fact]
    public void SeveralEdits_ComposeAndFollowWhatWasMoved() => Check(
        "a {\n  b 1;\n}\nc {\n}\n",
        c =>
        [
            new Edit.Move(c.Find("b"), Place.LastIn(c.Find("c"))),
            new Edit.SetArguments(c.Find("b"), ["2"]),
            new Edit.Remove(c.Find("a")),
            new Edit.Wrap([c.Find("c")], "d", []),
        ],
        "d {\n  c {\n    b 2;\n  }\n}\n");

    [Fact]
    public void IncludedFile_IsEditedWhereItIsWritten()
    {
        var configuration = Conf.Load("http {\n    include site;\n}\n", ("/etc/nginx/site", "server {\r\n\tlisten 80;\r\n}\r\n"));
        var outcome = ConfigurationEdit.Apply(
            configuration,
            new Edit.Set(configuration.Find("server"), "listen", ["81"]),
            new Edit.Move(configuration.Find("listen"), Place.FirstIn(configuration.Find("http"))),
            new Edit.Add(NewDirective.Simple("root", "/x"), Place.LastIn(configuration.Find("server"))));
        Assert.Null(outcome.Problem);
        Assert.Equal(["/etc/nginx/nginx.conf", "/etc/nginx/site"], outcome.Files.Select(f => f.File));
        Assert.Equal("http {\n    listen 81;\n    include site;\n}\n", Encoding.UTF8.GetString(outcome.Files[0].After));
        Assert.Equal("server {\r\n\troot /x;\r\n}\r\n", Encoding.UTF8.GetString(outcome.Files[1].After));
    }

    /// <summary>Most directives may stand once in a block, wherever their line comes from.</summary>
    [Fact]
    public void DirectiveThatAnIncludeBringsIn_IsChangedThere()
    {
        var configuration = Conf.Load("location {\n    include tuning;\n}\n", ("/etc/nginx/tuning", "fastcgi_buffers 8 4k;\nfastcgi_buffer_size 4k;\n"));
        var outcome = ConfigurationEdit.Apply(configuration, new Edit.Set(configuration.Find("location"), "fastcgi_buffer_size", ["16k"]), new Edit.Set(configuration.Find("location"), "fastcgi_read_timeout", ["9s"]));
        Assert.Null(outcome.Problem);
        Assert.Equal(["fastcgi_buffers 8 4k;\nfastcgi_buffer_size 16k;\n", "location {\n    include tuning;\n    fastcgi_read_timeout 9s;\n}\n"], outcome.Files.OrderByDescending(file => file.File).Select(file => Encoding.UTF8.GetString(file.After)));
    }

    [Fact]
    public void LuaBlock_KeepsItsBodyWhenItMoves() => Check(
        "a {\n  b_by_lua_block {\n    x = \"}\"\n  }\n}\n",
        c => [new Edit.Unwrap(c.Find("a"))],
        "b_by_lua_block {\n    x = \"}\"\n  }\n");

    [Fact]
    public void ImpossibleEdits_AreToldAndChangeNothing()
    {
        var configuration = Conf.Load("a {\n  b;\n}\nc;\n");
        var (a, b, c) = (configuration.Find("a"), configuration.Find("b"), configuration.Find("c"));
        Impossible("an earlier edit has removed this directive", new Edit.Remove(c), new Edit.SetArguments(c, ["1"]));
        Impossible("an earlier edit has removed the block around this directive", new Edit.Remove(a), new Edit.Remove(b));
        Impossible("a directive cannot be moved into or beside itself", new Edit.Move(a, Place.LastIn(a)));
        Impossible("a directive cannot be moved into or beside itself", new Edit.Move(a, Place.After(b)));
        Impossible("\"c\" has no block", new Edit.Add(NewDirective.Simple("x"), Place.LastIn(c)));
        Impossible("\"c\" has no block that could be taken away", new Edit.Unwrap(c));
        Impossible("directives of different blocks cannot be put into one", new Edit.Wrap([b, c], "w", []));
        Impossible("is not a file of this configuration", new Edit.Remove(Conf.Load("z;").Find("z")));
        Impossible("nginx would not read the edited text as it is meant", new Edit.SetArguments(c, [new string('x', 5000), "1"]), new Edit.SetArguments(c, [new string('x', 5000), "\uD800"]));

        void Impossible(string message, params Edit[] edits)
        {
            var outcome = ConfigurationEdit.Apply(configuration, edits);
            Assert.False(outcome.Succeeded);
            Assert.Empty(outcome.Files);
            Assert.Contains(message, outcome.Problem!.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void ManyServers_AreEditedInOneGo()
    {
        var text = new StringBuilder("http {\n");
        for (var i = 0; i < 3000; i++)
        {
            text.Append($"    server {{\n        listen {i};\n    }}\n");
        }

        var configuration = Conf.Load(text.Append("}\n").ToString());
        var servers = configuration.Root[0].Block!;
        var outcome = ConfigurationEdit.Apply(configuration, [.. servers.Select(s => new Edit.Set(s, "root", ["/x"]))]);
        Assert.Equal(3000, Conf.Load(outcome.Files[0].After).Root[0].Block!.Count(s => s.LastChild("root") is not null));
    }

    private static void Check(string before, Func<NginxConfiguration, Edit[]> edits, string after)
    {
        var configuration = Conf.Load(before);
        var outcome = ConfigurationEdit.Apply(configuration, edits(configuration));
        Assert.Null(outcome.Problem);
        Assert.Equal(after, Encoding.UTF8.GetString(Assert.Single(outcome.Files).After));
    }
}
