using Why502.Host.Machine;
using Xunit;

namespace Why502.Tests.Host.Machine;

public sealed class FpmConfigurationTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("why502-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public void Pools_AreReadFromIncludes()
    {
        Write("php-fpm.conf", $"[global]\nerror_log = log/fpm.log\ninclude={directory}/pool.d/*.conf\n");
        Write("pool.d/b.conf", "[b]\nlisten = 9000\nlisten.backlog = -1\n");
        Write("pool.d/a.conf", "; first\n[a]\nuser = web\nlisten = run/$pool.sock ; comment\nlisten.mode = \"0600\"\npm.max_children = 5\nrequest_terminate_timeout = 2m\nslowlog = /var/log/$pool.slow\n");
        Write("pool.d/.hidden.conf", "[c]\nlisten = 1\n");

        var pools = new FpmConfiguration("", "/usr").Read(directory + "/php-fpm.conf");

        Assert.Equal(["a", "b"], pools.Select(pool => pool.Name));
        var a = pools[0];
        Assert.Equal(($"{directory}/pool.d/a.conf", 4, "unix:/usr/run/a.sock", "web", "0600", 5), (a.File, a.ListenLine, a.Listen, a.User, a.ListenMode, a.MaxChildren));
        Assert.Equal(TimeSpan.FromMinutes(2), a.RequestTerminateTimeout);
        Assert.Equal(("/var/log/a.slow", "/usr/log/fpm.log"), (a.SlowLog, a.ErrorLog));
        Assert.Equal(("*:9000", -1), (pools[1].Listen, pools[1].Backlog));
    }

    [Fact]
    public void FileThatIncludesItself_Ends()
    {
        Write("php-fpm.conf", $"include={directory}/*.conf\n[a]\nlisten = 127.0.0.1:9000\n");

        Assert.Equal("127.0.0.1:9000", Assert.Single(new FpmConfiguration("", "/usr").Read(directory + "/php-fpm.conf")).Listen);
    }

    [Fact]
    public void MissingFile_IsAProblem()
    {
        var configuration = new FpmConfiguration("", "/usr");

        Assert.Empty(configuration.Read(directory + "/none.conf"));
        Assert.Contains("no such file", Assert.Single(configuration.Problems));
    }

    private void Write(string name, string text)
    {
        var path = Path.Combine(directory, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
