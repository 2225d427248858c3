using System.Text;

namespace Why502.Bench.Configuration;

/// <summary>A configuration of many servers as a hosting provider's generator writes it: 870 bytes a server, that nginx 1.22 accepts.</summary>
internal static class GeneratedConfiguration
{
    public static byte[] OfServers(int count)
    {
        StringBuilder text = new("""
            worker_processes auto;
            error_log /dev/null crit;
            pid nginx.pid;
            events {
                worker_connections 1024;
            }
            http {
                access_log off;
                server_names_hash_max_size 262144;
                server_names_hash_bucket_size 128;
                proxy_temp_path proxy;
                client_body_temp_path body;
                fastcgi_temp_path fastcgi;
                uwsgi_temp_path uwsgi;
                scgi_temp_path scgi;
                upstream backend {
                    server 127.0.0.1:8081 max_fails=3 fail_timeout=10s;
                    server 127.0.0.1:8082 backup;
                    keepalive 32;
                }

            """);
        for (int i = 0; i < count; i++)
        {
            text.Append($$"""
                    # customer {{i}}
                    server {
                        listen 127.0.0.1:8080;
                        server_name shop{{i}}.example.com www.shop{{i}}.example.com;
                        root "/srv/www/shop{{i}}/public";
                        index index.html index.php;
                        client_max_body_size 20m;

                        location / {
                            try_files $uri $uri/ @app;
                        }

                        location @app {
                            proxy_pass http://backend;
                            proxy_http_version 1.1;
                            proxy_set_header Host $host;
                            proxy_set_header X-Real-IP $remote_addr;
                            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                            proxy_set_header Connection "";
                            proxy_read_timeout 60s;
                        }

                        location ~ \.(css|js|png|jpg)$ {
                            expires 30d;
                            add_header Cache-Control "public, immutable";
                        }

                        location = /healthz { return 200 'ok'; }
                    }

                """);
        }

        return Encoding.UTF8.GetBytes(text.Append("}\n").ToString());
    }
}
