using System.Text;
using Why502.Nginx;
using Xunit;

namespace Why502.Tests.Nginx.Edits;

public sealed class EditTests
{
    [Fact]
    public void NewDirective_FollowsThePassWithItsIndentation()
    {
        var configuration = Conf.Load("server {\n\tlocation / {\n\t\tproxy_pass http://a; # app\n\t\tproxy_redirect off;\n\t}\n}\n");
        Check(configuration, "location", "proxy_read_timeout", ["90s"], """
            --- /etc/nginx/nginx.conf
            +++ /etc/nginx/nginx.conf
            @@ -1,6 +1,7 @@
             server {
             	location / {
             		proxy_pass http://a; # app
            +		proxy_read_timeout 90s;
             		proxy_redirect off;
             	}
             }

            """);
    }

    [Fact]
    public void ExistingDirective_ChangesInItsPlace()
    {
        var configuration = Conf.Load("location / {\n    proxy_read_timeout   60s;  # long\n}");
        Check(configuration, "location", "proxy_read_timeout", ["90s"], """
            --- /etc/nginx/nginx.conf
            +++ /etc/nginx/nginx.conf
            @@ -1,3 +1,3 @@
             location / {
            -    proxy_read_timeout   60s;  # long
            +    proxy_read_timeout   90s;  # long
             }
            \ No newline at end of file

            """);
    }

    [Theory]
    [InlineData("location / { proxy_pass http://a; }", "location / { proxy_pass http://a; x 1; }")]
    [InlineData("location / {}", "location / {\n    x 1;\n}")]
    [InlineData("location / {\r\n  root /a;\r\n}\r\n", "location / {\r\n  root /a;\r\n  x 1;\r\n}\r\n")]
    [InlineData("location / {\n  include p;\n  # end\n}\n", "location / {\n  include p;\n  x 1;\n  # end\n}\n")]
    [InlineData("location / {\n  if ($a) {\n  }\n}\n", "location / {\n  x 1;\n  if ($a) {\n  }\n}\n")]
    [InlineData("location / {\n  # nothing\n}\n", "location / {\n  # nothing\n  x 1;\n}\n")]
    public void NewDirective_KeepsTheShapeOfTheFile(string before, string after)
    {
        var configuration = Conf.Load(before);
        var edit = ConfigurationEdit.Set(configuration, configuration.Find("location"), "x", "1");
        Assert.Equal(after, Encoding.UTF8.GetString(edit.After));
    }

    [Theory]
    [InlineData("a b c;", new[] { "b", "d" }, "a b d;")]
    [InlineData("a \"b\" c;", new[] { "x", "c" }, "a \"x\" c;")]
    [InlineData("a b c;", new[] { "b" }, "a b;")]
    [InlineData("a b;", new[] { "b", "c d" }, "a b \"c d\";")]
    [InlineData("a;", new[] { "b" }, "a b;")]
    [InlineData("a b;", new string[0], "a;")]
    [InlineData("a {}", new[] { "b" }, "a b {}")]
    public void Arguments_ChangeOnlyWhereTheyDiffer(string before, string[] arguments, string after)
    {
        var configuration = Conf.Load(before);
        var edit = ConfigurationEdit.SetArguments(configuration, configuration.Root[0], arguments);
        Assert.Equal(after, Encoding.UTF8.GetString(edit.After));
    }

    [Fact]
    public void SameValue_IsNoEdit()
    {
        var configuration = Conf.Load("location / { a 1; }");
        Assert.Equal(string.Empty, ConfigurationEdit.Set(configuration, configuration.Find("location"), "a", "1").UnifiedDiff());
    }

    [Theory]
    [InlineData("", "a\n", "@@ -0,0 +1 @@\n+a\n")]
    [InlineData("a\n", "", "@@ -1 +0,0 @@\n-a\n")]
    [InlineData("a", "a\n", "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n")]
    [InlineData("a\nb\nc\n", "a\nx\nc\n", "@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n")]
    [InlineData("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\nx\n3\n4\n5\n6\n7\n8\ny\n", "@@ -1,3 +1,3 @@\n 1\n-2\n+x\n 3\n@@ -8,2 +8,2 @@\n 8\n-9\n+y\n")]
    public void Diff_IsThatOfDiffU(string before, string after, string hunks) =>
        Assert.Equal("--- f\n+++ f\n" + hunks, UnifiedDiff.Of("f", Encoding.UTF8.GetBytes(before), Encoding.UTF8.GetBytes(after), 1));

    private static void Check(NginxConfiguration configuration, string block, string name, string[] arguments, string diff)
    {
        var edit = ConfigurationEdit.Set(configuration, configuration.Find(block), name, arguments);
        Assert.Equal(diff, edit.UnifiedDiff());
    }
}
