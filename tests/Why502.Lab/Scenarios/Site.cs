using Why502.Lab.Servers;

namespace Why502.Lab.Scenarios;

/// <summary>The server blocks that most scenarios share.</summary>
internal static class Site
{
    /// <summary>One site that passes everything to one upstream.</summary>
    public static string Proxy(string pass, string settings = "", string name = "shop.example.com", string listen = "127.0.0.1:8080") => $$"""
        server {
            listen {{listen}};
            server_name {{name}};
            location / {
                {{settings}}
                proxy_pass {{pass}};
            }
        }
        """;

    /// <summary>The same for PHP.</summary>
    public static string FastCgi(string pass, string script, string settings = "", string name = "shop.example.com") => $$"""
        server {
            listen 127.0.0.1:8080;
            server_name {{name}};
            location / {
                {{settings}}
                {{NginxServer.FastCgi(script)}}
                fastcgi_pass {{pass}};
            }
        }
        """;
}
