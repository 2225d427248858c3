using System.Text;
using Why502.Diagnosis;
using Why502.Logs;
using Xunit;

namespace Why502.Tests.Diagnosis;

/// <summary>What nginx itself runs out of, told from its lines with and without a request.</summary>
public sealed class OwnFailureTests
{
    [Theory]
    [InlineData("[alert] 31#31: 1024 worker_connections are not enough", Resource.Connections)]
    [InlineData("[alert] 31#31: *9 768 worker_connections are not enough while connecting to upstream, client: 192.0.2.1, server: a, request: \"GET / HTTP/1.1\", upstream: \"http://10.0.0.1:80/\", host: \"a\"", Resource.Connections)]
    [InlineData("[crit] 31#31: accept4() failed (24: Zu viele offene Dateien)", Resource.Descriptors)]
    [InlineData("[alert] 31#31: *9 socket() failed (24: No file descriptors available) while connecting to upstream, client: 192.0.2.1, server: a, request: \"GET / HTTP/1.1\", upstream: \"http://10.0.0.1:80/\", host: \"a\"", Resource.Descriptors)]
    [InlineData("[crit] 31#31: *9 open() \"/srv/www/index.html\" failed (24: Too many open files), client: 192.0.2.1, server: a, request: \"GET / HTTP/1.1\", host: \"a\"", Resource.Descriptors)]
    [InlineData("[alert] 31#31: fork() failed while spawning \"worker process\" (12: Cannot allocate memory)", Resource.Memory)]
    [InlineData("[emerg] 31#31: *9 malloc(4096) failed (12: Cannot allocate memory), client: 192.0.2.1, server: a, request: \"GET / HTTP/1.1\", host: \"a\"", Resource.Memory)]
    [InlineData("[crit] 31#31: *9 pwrite() \"/var/lib/nginx/body/0000000007\" failed (28: No space left on device), client: 192.0.2.1, server: a, request: \"POST /up HTTP/1.1\", host: \"a\"", Resource.Space)]
    [InlineData("[crit] 31#31: *9 mkdir() \"/var/lib/nginx/proxy/4\" failed (28: No space left on device) while reading upstream, client: 192.0.2.1, server: a, request: \"GET / HTTP/1.1\", upstream: \"http://10.0.0.1:80/\", host: \"a\"", Resource.Space)]
    [InlineData("[crit] 31#31: *9 open() \"/var/lib/nginx/proxy/4/00/0000000004\" failed (13: Permission denied) while reading upstream, client: 192.0.2.1, server: a, request: \"GET / HTTP/1.1\", upstream: \"http://10.0.0.1:80/\", host: \"a\"", Resource.TempPath)]
    [InlineData("[crit] 31#31: *9 open() \"/opt/x/uploads/0000000011\" failed (30: Read-only file system), client: 192.0.2.1, server: a, request: \"POST /up HTTP/1.1\", host: \"a\"", Resource.TempPath)]
    [InlineData("[crit] 31#31: *9 mkdir() \"/var/cache/nginx/proxy_temp/7\" failed (13: Permission denied) while reading upstream, client: 192.0.2.1, server: a, request: \"GET / HTTP/1.1\", upstream: \"http://10.0.0.1:80/\", host: \"a\"", Resource.TempPath)]
    [InlineData("[alert] 31#31: worker process 44 exited on signal 11 (core dumped)", Resource.Worker)]
    public void Line_IsOwnFailure(string line, Resource resource) => Assert.Equal(resource, OwnFailure.Of(Group(line))?.Resource);

    [Theory]
    [InlineData("[error] 31#31: *9 open() \"/srv/www/secret.html\" failed (13: Permission denied), client: 192.0.2.1, server: a, request: \"GET /secret.html HTTP/1.1\", host: \"a\"")]
    [InlineData("[error] 31#31: *9 open() \"/srv/www/1/no\" failed (2: No such file or directory), client: 192.0.2.1, server: a, request: \"GET /1/no HTTP/1.1\", host: \"a\"")]
    [InlineData("[crit] 31#31: *9 connect() to unix:/run/app.sock failed (13: Permission denied) while connecting to upstream, client: 192.0.2.1, server: a, request: \"GET / HTTP/1.1\", upstream: \"http://unix:/run/app.sock:/\", host: \"a\"")]
    [InlineData("[warn] 31#31: 1024 worker_connections are not enough, reusing connections")]
    [InlineData("[alert] 31#31: worker process 44 exited on signal 15")]
    [InlineData("[warn] 31#31: *9 an upstream response is buffered to a temporary file /var/lib/nginx/proxy/4/00/0000000004 while reading upstream, client: 192.0.2.1, server: a, request: \"GET / HTTP/1.1\", upstream: \"http://10.0.0.1:80/\", host: \"a\"")]
    public void Line_IsNotOwnFailure(string line) => Assert.Null(OwnFailure.Of(Group(line)));

    [Theory]
    [InlineData("/var/lib/nginx/proxy/4/00/0000000004", "/var/lib/nginx/proxy")]
    [InlineData("/var/lib/nginx/body/0000000017", "/var/lib/nginx/body")]
    [InlineData("/var/lib/nginx/proxy/7/31", "/var/lib/nginx/proxy")]
    [InlineData("/data/cache/c/29/b7f54b2df7773722d382f4809d65029c", "/data/cache")]
    [InlineData("/data/cache/c/29/b7f54b2df7773722d382f4809d65029c.0000000012", "/data/cache")]
    [InlineData("/data/1/client_temp/3/1/02/0000000213", "/data/1/client_temp")]
    public void Root_IsTheConfiguredDirectory(string file, string root) => Assert.Equal(root, TempFiles.Root(file));

    /// <summary>A cache file's name is a key by its look; it is asked for on the disk all the same.</summary>
    [Theory]
    [InlineData("/data/cache/c/29/b7f54b2df7773722d382f4809d65029c.0000000012")]
    [InlineData("/data/Apps-7F3a9c1dE5b8042aa61f/temp/proxy/4/00/0000000004")]
    public void File_IsTheOneOnTheDisk(string file)
    {
        var group = Group($"[crit] 31#31: *9 open() \"{file}\" failed (13: Permission denied) while reading upstream, client: 192.0.2.1, server: a, request: \"GET / HTTP/1.1\", upstream: \"http://10.0.0.1:80/\", host: \"a\"");
        Assert.Equal(file, OwnFailure.Of(group)?.File);
        Assert.DoesNotContain(file, group.Message, StringComparison.Ordinal);
    }

    private static ErrorGroup Group(string line)
    {
        var fold = new ErrorLogFold(null, null);
        var reader = new ErrorLogReader("error.log");
        reader.Push(Encoding.UTF8.GetBytes("2026/01/15 12:00:00 " + line + "\n"), fold.Add);
        reader.Complete(fold.Add);
        return Assert.Single(fold.Summary().Groups);
    }
}
