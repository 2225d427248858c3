using System.Text;
using Why502.Cli.Given;
using Xunit;

namespace Why502.Tests.Cli.Given;

public sealed class GivenPiecesTests
{
    private const string Error = "2024/08/14 09:31:07 [error] 3821#3821: *5103 connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET /api/ HTTP/1.1\", upstream: \"http://127.0.0.1:3000/api/\", host: \"shop.example\"";

    private const string Access = "192.0.2.7 - - [14/Aug/2024:09:31:07 +0200] \"GET /api/ HTTP/1.1\" 502 150 \"-\" \"curl/8\"";

    [Fact]
    public void Session_IsDividedIntoWhatItHolds()
    {
        var pieces = Of($"it broke this morning\n$ tail -1 error.log\n{Error}\n$ cat site.conf\nserver {{\n  location / {{ proxy_pass http://127.0.0.1:3000; }}\n}}\n$ ss -ltn\nState Recv-Q Send-Q Local Address:Port Peer Address:Port\nLISTEN 0 511 127.0.0.1:3001 0.0.0.0:*\n");
        Assert.Equal([GivenKind.Configuration, GivenKind.ErrorLog, GivenKind.Command, GivenKind.Unknown], pieces.Select(piece => piece.Kind).OrderBy(kind => kind.ToString() switch { "Configuration" => 0, "ErrorLog" => 1, "Command" => 2, _ => 3 }));
        Assert.Equal(10, Assert.Single(pieces.Single(piece => piece.Kind == GivenKind.Command).Records).Line);
        Assert.Equal("server {", Lines(pieces, GivenKind.Configuration)[4]);
        Assert.Equal(Error, Lines(pieces, GivenKind.ErrorLog)[2]);
    }

    [Fact]
    public void BothLogsOfAContainer_BecomeTwoPieces()
    {
        var pieces = Of($"web_1  | {Error}\nweb_1  | {Access}\nphp_1  | [14-Aug-2024 09:31:06] WARNING: [pool www] server reached pm.max_children setting (5), consider raising it\n");
        Assert.Equal([GivenKind.ErrorLog, GivenKind.AccessLog, GivenKind.AppLog], pieces.Select(piece => piece.Kind));
        Assert.Equal(Access, Lines(pieces, GivenKind.AccessLog)[1]);
        Assert.Equal("", Lines(pieces, GivenKind.AppLog)[0]);
    }

    [Fact]
    public void ConfigurationBelowWhatContainersPrint_IsOneOfThree()
    {
        var pieces = Of($"Since lunch:\n\nweb_1  | {Error}\napp_1  | [2024-08-14 09:31:02 +0000] [1] [INFO] Starting gunicorn 22.0.0\napp_1  | [2024-08-14 09:31:02 +0000] [1] [INFO] Listening at: http://127.0.0.1:3000 (1)\n\n"
            + "upstream app { server app:3000; }\nserver {\n  listen 80;\n  location /api/ { proxy_pass http://app; }\n}\n");
        Assert.Equal([GivenKind.Configuration, GivenKind.ErrorLog, GivenKind.AppLog], pieces.Select(piece => piece.Kind));
        Assert.Equal("upstream app { server app:3000; }", Lines(pieces, GivenKind.Configuration)[6]);
        Assert.Equal("", Lines(pieces, GivenKind.Configuration)[2]);
    }

    [Theory]
    [InlineData("\u00a0")]
    [InlineData("\u200b \u200b")]
    public void BlanksOfAWebPage_ArePlainInALog(string blank)
        => Assert.Equal(Error, Lines(Of("\ufeff" + Error.Replace(" ", blank, StringComparison.Ordinal)), GivenKind.ErrorLog)[0]);

    [Fact]
    public void BlanksOfAWebPage_StayInAConfiguration()
        => Assert.Contains("\u00a0listen", Encoding.UTF8.GetString(GivenFile.OfContent("site.conf", Encoding.UTF8.GetBytes("server {\n\u00a0listen 80;\n  server_name a.example;\n}\n")).Content!), StringComparison.Ordinal);

    [Fact]
    public void ConfigurationBelowAnErrorLine_IsBoth()
    {
        var pieces = Of($"{Error}\n\nlocation /api/ {{\n  proxy_pass http://127.0.0.1:3000;\n}}\n");
        Assert.Equal([GivenKind.Configuration, GivenKind.ErrorLog], pieces.Select(piece => piece.Kind));
    }

    [Theory]
    [InlineData("The proxy says:\n\n{0}\n\nIts site, as it was for years:\n\nserver {\n  listen 80; # {\n  location / { proxy_pass http://127.0.0.1:3000; }\n}\n\nNobody changed it (that I know of).\n", 7)]
    [InlineData("The proxy says `{0}`.\n```nginx\n# ours\nserver {\n  location / { proxy_pass http://127.0.0.1:3000; }\n}\n```\nNobody changed it.\n", 4)]
    public void ConfigurationAmongProse_IsAPieceOfItsOwn(string text, int line)
    {
        var pieces = Of(text.Replace("{0}", Error, StringComparison.Ordinal));
        Assert.Equal([GivenKind.Configuration, GivenKind.ErrorLog], pieces.Select(piece => piece.Kind).Where(kind => kind != GivenKind.Unknown));
        Assert.Equal("server {", Lines(pieces, GivenKind.Configuration)[line - 1]);
        Assert.DoesNotContain("Nobody changed it", string.Concat(Lines(pieces, GivenKind.Configuration)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AppsLineBelowAConfiguration_IsTheApps(bool withError)
    {
        var pieces = Of($"{(withError ? Error : "")}\nuser nginx;\nhttp {{\n  server {{\n    location / {{ proxy_pass http://127.0.0.1:3000; }}\n  }}\n}}\n\npuma 6.4.2 (tcp://127.0.0.1:3001) [shop]\n");
        Assert.Equal("puma 6.4.2 (tcp://127.0.0.1:3001) [shop]", Lines(pieces, GivenKind.AppLog)[8]);
        Assert.Equal(("http {", ""), (Lines(pieces, GivenKind.Configuration)[2], Lines(pieces, GivenKind.Configuration)[8]));
        Assert.Equal("user nginx;", Lines(pieces, GivenKind.Configuration)[1]);
    }

    [Fact]
    public void BlockThatIsNeverClosed_StaysWhereItIs()
        => Assert.Equal([GivenKind.ErrorLog], Of($"{Error}\nhere is the site\nserver {{\n  location / {{\nand so on, as said above, for the rest of it\n").Select(piece => piece.Kind));

    [Theory]
    [InlineData("\0\0\0")]
    [InlineData("{}{}{}[][]\n\n\n$ $ $\n# # #\n")]
    public void Noise_IsNoPiece(string text) => Assert.All(Of(text), piece => Assert.True(piece.Kind is GivenKind.Unknown or GivenKind.Binary));

    /// <summary>Pieces of everything, cut, doubled and mixed at random: nothing throws, and every piece keeps to the file's lines.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void MixedPastes_AreTakenAsTheyCome(int seed)
    {
        var random = new Random(seed);
        string[] parts =
        [
            Error, Access, "$ ss -ltnp", "LISTEN 0 511 127.0.0.1:3001 0.0.0.0:* users:((\"node\",pid=1,fd=2))", "● a.service - A", "   Active: failed (Result: exit-code)", "Chain INPUT (policy DROP)", "target prot opt source destination",
            "REJECT tcp -- 0.0.0.0/0 0.0.0.0/0 tcp dpt:3000", "srw-rw---- 1 a b 0 x y z.sock", "f: /run/a", "Access: (0660/srw-rw----) Uid: ( 1/ a) Gid: ( 1/ a)", "curl: (7) Failed to connect to a port 1: Connection refused", "server { location / { proxy_pass http://a; } }",
            "12:upstream a { 13- server b; 14-}", "listen = /run/a.sock", "CONTAINER ID IMAGE COMMAND CREATED STATUS PORTS NAMES", "abc nginx x Exited (1) 0.0.0.0:1->2/tcp b", "\"OOMKilled\": true", "image: nginx", "[1.000000] Out of memory: Killed process 1 (a)",
            "root@a:/# cat x", "USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND", "a 1 0.0 0.0 1 1 ? S 1:1 0:0 node", "", "\t", "::::::", "((((", "\"\"\"",
        ];
        for (var round = 0; round < 300; round++)
        {
            var lines = Enumerable.Range(0, random.Next(1, 12)).Select(_ => Cut(parts[random.Next(parts.Length)], random)).ToList();
            foreach (var piece in Of(string.Join('\n', lines) + "\n"))
            {
                Assert.All(piece.Records, record => Assert.InRange(record.Line, 0, lines.Count + 1));
            }
        }
    }

    private static string Cut(string text, Random random) => random.Next(4) switch
    {
        0 when text.Length > 0 => text[..random.Next(text.Length)],
        1 when text.Length > 0 => text[random.Next(text.Length)..],
        2 => text + " " + text,
        _ => text,
    };

    private static IReadOnlyList<GivenFile> Of(string text) => GivenPieces.Of(GivenFile.OfContent("paste.txt", Encoding.UTF8.GetBytes(text)));

    private static string[] Lines(IReadOnlyList<GivenFile> pieces, GivenKind kind) => Encoding.UTF8.GetString(pieces.Single(piece => piece.Kind == kind).Content!).Split('\n');
}
