using Why502.Logs.Commands;
using Xunit;

namespace Why502.Tests.Logs.Commands;

public sealed class PromptsTests
{
    [Theory]
    [InlineData("$ ss -ltnp", "ss -ltnp")]
    [InlineData("# systemctl status php8.2-fpm", "systemctl status php8.2-fpm")]
    [InlineData("root@web1:/etc/nginx# cat nginx.conf", "cat nginx.conf")]
    [InlineData("[root@web1 ~]# sudo nginx -t", "nginx -t")]
    [InlineData("(venv) deploy@web:~/shop$ gunicorn --version", "gunicorn --version")]
    [InlineData("bash-5.1$ /usr/sbin/nginx -V", "/usr/sbin/nginx -V")]
    [InlineData("/ # netstat -tln", "netstat -tln")]
    [InlineData("deploy@web:~$ ./start.sh", null)]
    [InlineData("# listen 80;", null)]
    [InlineData("# cat videos are what this location serves", "cat videos are what this location serves")]
    [InlineData("    # proxy_pass http://127.0.0.1:3000;", null)]
    [InlineData("if ($host = shop.example) {", null)]
    [InlineData("log_format main '$remote_addr - $remote_user", null)]
    [InlineData("2024/08/14 09:31:07 [error] 3821#3821: *1 x", null)]
    [InlineData("> quoted text", null)]
    [InlineData("$ ", null)]
    [InlineData("", null)]
    public void Command_IsWhatStandsBehindThePrompt(string line, string? command) => Assert.Equal(command, Prompts.CommandOf(line));

    [Fact]
    public void MarkdownText_IsDividedAtItsFences()
    {
        var segments = Prompts.Split("f", ["it fails:", "```sh", "$ df -h", "/dev/vda1 10G", "```", "and then", "~~~", "a", "~~~", "a ```b``` c"]);
        Assert.Equal([null, "df -h", null, null, null], segments.Select(segment => segment.Command));
        Assert.Equal([1, 4, 6, 8, 10], segments.Select(segment => segment.Lines[0].Number));
    }

    [Fact]
    public void CommandFencedAlone_HasTheNextBlockAsItsOutput()
    {
        var segments = Prompts.Split("f", ["```", "$ df -h", "```", "", "```", "/dev/vda1 10G", "```"]);
        Assert.Equal(("df -h", 6), (Assert.Single(segments).Command, segments[0].Lines[^1].Number));
    }

    [Fact]
    public void Session_IsDividedAtItsPrompts()
    {
        var segments = Prompts.Split("f", ["hello", "$ uptime", " 10:00:00 up 3 days", "$ df -h", "/dev/vda1 10G"]);
        Assert.Equal([null, "uptime", "df -h"], segments.Select(segment => segment.Command));
        Assert.Equal(5, segments[2].Lines[0].Number);
    }
}
