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

    /// <summary>The same for uWSGI's own protocol.</summary>
    public static string Uwsgi(string pass, string settings = "", string name = "shop.example.com") => $$"""
        server {
            listen 127.0.0.1:8080;
            server_name {{name}};
            location / {
                {{settings}}
                uwsgi_param QUERY_STRING $query_string;
                uwsgi_param REQUEST_METHOD $request_method;
                uwsgi_param CONTENT_TYPE $content_type;
                uwsgi_param CONTENT_LENGTH $content_length;
                uwsgi_param REQUEST_URI $request_uri;
                uwsgi_param PATH_INFO $document_uri;
                uwsgi_param SERVER_PROTOCOL $server_protocol;
                uwsgi_param SERVER_NAME $server_name;
                uwsgi_param SERVER_PORT $server_port;
                uwsgi_pass {{pass}};
            }
        }
        """;
}
