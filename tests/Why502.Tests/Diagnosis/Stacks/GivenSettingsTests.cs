using Why502.Diagnosis;
using Why502.Diagnosis.Stacks;
using Xunit;

namespace Why502.Tests.Diagnosis.Stacks;

public class GivenSettingsTests
{
    private static AppSettingsFact Read(string text, string? scheme = null, string? address = null, string path = "/given") => GivenSettings.For(address, scheme, [new(path, text)])!;

    [Fact]
    public void FpmPool_IsReadByItsListen()
    {
        var text = "[www]\nlisten = /run/www.sock\npm.max_children = 5\nrequest_terminate_timeout = 0\n[shop]\nlisten = /run/shop.sock\npm = static\npm.max_children = 9\nrequest_terminate_timeout = 2m ; not 1m\nphp_admin_value[memory_limit] = 64M\n";
        var shop = Read(text, "fastcgi", "unix:/run/shop.sock");
        Assert.Equal(("php-fpm", 9, 120, 64.0 * 1048576), (shop.Stack, shop.Workers!.Number, shop.RequestTime!.Number, shop.Memory!.Number));
        Assert.Equal("request_terminate_timeout 2m (/given:9)", shop.RequestTime.ToString());
        Assert.True(Read(text, "fastcgi", "unix:/run/www.sock").RequestTime!.IsUnlimited);
    }

    [Fact]
    public void FpmPool_DoesNotSpeakHttp() => Assert.Null(GivenSettings.For(null, "http", [new("/given", "[www]\npm = dynamic\npm.max_children = 5\n")]));

    [Theory]
    [InlineData("workers = 4\ntimeout = 90\nkeepalive = 5\nworker_class = \"gthread\"\n", "gunicorn", 90d, 5d)]
    [InlineData("workers = 4\ntimeout = 0\n", "gunicorn", double.PositiveInfinity, 0d)]
    [InlineData("[uwsgi]\nmodule = app\nharakiri = 40\n", "uwsgi", 40d, 0d)]
    [InlineData("worker_processes 4\ntimeout 15\nbefore_fork do |server, worker|\nend\n", "unicorn", 15d, 0d)]
    [InlineData("workers 2\nthreads 5, 5\npreload_app!\npersistent_timeout 75\n", "puma", null, 75d)]
    [InlineData("const server = require('http').createServer(app);\nserver.keepAliveTimeout = 61 * 1000;\nserver.listen(3000);\n", "node", null, 61d)]
    [InlineData("const server = require('http').createServer(app);\nserver.listen(3000);\n", "node", null, 5d)]
    [InlineData("<Server><Service><!-- <Connector port=\"1\" keepAliveTimeout=\"1\"/> -->\n<Connector port=\"8080\" connectionTimeout=\"20000\" /></Service></Server>", "tomcat", null, 20d)]
    [InlineData("{ \"Kestrel\": { \"Limits\": { \"KeepAliveTimeout\": \"00:02:00\" } } }", "kestrel", null, 120d)]
    [InlineData("<VirtualHost *:8080>\nKeepAliveTimeout 7\nLimitRequestBody 1000\n</VirtualHost>\n", "apache", null, 7d)]
    [InlineData("[Service]\nExecStart=/usr/bin/gunicorn --workers 3 --timeout 45 --bind 0.0.0.0:8000 app:app\n", "gunicorn", 45d, 0d)]
    [InlineData("[program:api]\ncommand=/srv/venv/bin/uvicorn app:app --timeout-keep-alive 20\n", "uvicorn", null, 20d)]
    public void Limits_AreRead(string text, string stack, double? time, double? idle)
    {
        var read = Read(text);
        Assert.Equal((stack, time, idle), (read.Stack, read.RequestTime?.Number, read.Idle?.Number));
    }

    [Fact]
    public void TableOfPhpFpm_IsReadAndThatOfTheCommandLineIsNot()
    {
        const string Table = "memory_limit => 256M => 128M\npost_max_size => 12M => 12M\n";
        var read = Read("Server API => FPM/FastCGI\n\n" + Table);
        Assert.Equal((256.0 * 1048576, 12.0 * 1048576), (read.Memory!.Number, read.Body!.Number));
        Assert.Null(GivenSettings.ServerOf("Server API => Command Line Interface\n\n" + Table));
    }

    [Fact]
    public void SpringProperties_AreTomcats()
    {
        var read = Read("server.port=8080\nserver.tomcat.keep-alive-timeout=15s\nserver.tomcat.max-swallow-size=5MB\n");
        Assert.Equal((15, 5.0 * 1048576, "/given:3"), (read.Idle!.Number, read.Body!.Number, read.Body.Source));
    }

    [Fact]
    public void Defaults_AreThoseOfTheVersion()
    {
        Assert.Equal(20, StackDefaults.Of("puma", "persistent_timeout", "6.4.2")!.Number);
        Assert.Equal(65, StackDefaults.Of("puma", "persistent_timeout", "7.0.3")!.Number);
        Assert.Equal("default of gunicorn 20.1", StackDefaults.Of("gunicorn", "timeout", "20.1")!.Source);
    }

    [Theory]
    [InlineData("user www-data;\nworker_processes auto;\nhttp { keepalive_timeout 65; server { listen 80; } }\n")]
    [InlineData("2026/01/15 11:59:00 [error] 1#1: *1 connect() failed (111: Connection refused)\n")]
    [InlineData("Dear all, our site is slow since Monday.\n")]
    public void OtherText_IsNoSettings(string text) => Assert.Null(GivenSettings.ServerOf(text));
}
