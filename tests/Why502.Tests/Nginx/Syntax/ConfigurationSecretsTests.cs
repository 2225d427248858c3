using System.Text;
using Why502.Nginx;
using Xunit;

namespace Why502.Tests.Nginx.Syntax;

public sealed class ConfigurationSecretsTests
{
    [Theory]
    [InlineData("proxy_set_header Authorization \"Basic PLANTED0\";")]
    [InlineData("proxy_set_header X-Api-Key PLANTED0;")]
    [InlineData("fastcgi_param DB_PASSWORD 'PLANTED0 with blanks';")]
    [InlineData("uwsgi_param DATABASE_URL mysql://shop:PLANTED0@db/shop;")]
    [InlineData("proxy_pass http://user:PLANTED0@10.0.0.1:8080/;")]
    [InlineData("proxy_pass http://10.0.0.1/v1?key=PLANTED0&page=2;")]
    [InlineData("return 302 https://id.example/login?client=PLANTED0;")]
    [InlineData("set $api_token PLANTED0;")]
    [InlineData("secure_link_md5 \"$secure_link_expires$uri PLANTED0\";")]
    [InlineData("if ($http_x_api_key = \"PLANTED0\") { return 200; }")]
    [InlineData("if ($arg_token ~ ^PLANTED0$) { return 200; }")]
    [InlineData("add_header Set-Cookie \"session=PLANTED0; HttpOnly\";")]
    [InlineData("proxy_set_header X-Custom \"Bearer PLANTED0\";")]
    [InlineData("# the password is PLANTED0")]
    [InlineData("content_by_lua_block { local secret = \"PLANTED0\" }")]
    [InlineData("proxy_set_header Authorization \"Basic PLANTED0")]
    public void Secret_IsGone_AndEveryByteKeepsItsPlace(string line)
    {
        var text = $"http {{\n  server {{\n    listen 80;\n    {line}\n  }}\n}}\n";
        var masked = Encoding.UTF8.GetString(new ConfigurationSecrets().Mask(Encoding.UTF8.GetBytes(text)));
        Assert.DoesNotContain("PLANTED", masked, StringComparison.Ordinal);
        Assert.Equal(text.Length, masked.Length);
        Assert.Equal(Form(text), Form(masked));
    }

    [Theory]
    [InlineData("proxy_set_header Authorization $http_authorization;")]
    [InlineData("limit_req_zone $http_authorization zone=token:10m rate=5r/s;")]
    [InlineData("proxy_cache_path /var/cache keys_zone=session_cache:10m;")]
    [InlineData("proxy_pass http://token-service:8080/;")]
    [InlineData("auth_basic_user_file /etc/nginx/passwords;")]
    [InlineData("location ~ ^/(?<token>[a-z]+)/?(.*)$ { }")]
    [InlineData("proxy_set_header Host $host;")]
    [InlineData("rewrite ^/old/?(.*)$ /new?path=$1 last;")]
    [InlineData("ssl_certificate_key /etc/ssl/private/shop.key;")]
    public void WhatIsNoSecret_StaysAsItIs(string line)
        => Assert.Equal(line, Encoding.UTF8.GetString(new ConfigurationSecrets().Mask(Encoding.UTF8.GetBytes(line))));

    [Fact]
    public void KeysOfAMap_StayDifferent()
    {
        var masked = Encoding.UTF8.GetString(new ConfigurationSecrets().Mask(Encoding.UTF8.GetBytes("map $http_x_api_key $client { default none; aaaa0001 a; aaaa0002 b; }")));
        var words = masked.Split(' ');
        Assert.NotEqual(words[6], words[8]);
        Assert.DoesNotContain("aaaa", masked, StringComparison.Ordinal);
    }

    private static string Form(string text) => new([.. text.Select(c => char.IsAsciiLetterOrDigit(c) ? 'x' : c)]);
}
