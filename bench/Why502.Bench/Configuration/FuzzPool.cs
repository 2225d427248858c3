namespace Why502.Bench.Configuration;

/// <summary>Inputs worth mutating, shared by all threads: the seeds, and what has shown a feature that none had before.</summary>
internal sealed class FuzzPool
{
    private const int InputsMax = 20_000;

    private static readonly string[] Seeds =
    [
        "user www-data;\nworker_processes auto;\nevents { worker_connections 768; }\nhttp {\n  include a.conf;\n  server { listen 80; location / { proxy_pass http://127.0.0.1:3000; } }\n}\n",
        "http { upstream u { server 10.0.0.1:80 weight=2; server unix:/run/a.sock backup; keepalive 8; }\n server { listen 443 ssl default_server; server_name a.example *.b.example ~^(?<n>.+)\\.c$; location ~ \\.php$ { fastcgi_pass u; fastcgi_param A $document_root$fastcgi_script_name; } } }",
        "events{}\nhttp{\r\n\tmap $http_upgrade $c { default upgrade; '' close; include b.conf; ~^x(.*)$ \"a;b\"; }\r\n\tgeo $g { ranges; 10.0.0.0-10.0.0.255 a; default b; }\r\n\ttypes { text/html html htm; }\r\n}",
        "http { server { set_by_lua_block $a { return \"}\" --[[ } ]] }\n content_by_lua_block { local t = { a = [==[ }]] ]==] } -- }\n ngx.say('}') } } }",
        "stream { upstream s { server a:1; hash $remote_addr consistent; } server { listen 53 udp; proxy_pass s; proxy_timeout 1s; } split_clients $r $v { 0.5% .one; * \"\"; } }",
        "mail { server_name m; auth_http localhost/cgi; server { listen 25; protocol smtp; } }",
        "location /a { if ($request_method = POST) { return 405; } rewrite ^/(.*)$ /x/$1?a=${b} break; try_files $uri $uri/ =404 @f; limit_except GET { deny all; } }",
        "server { listen [::]:80 ipv6only=on; error_page 404 =200 /e.html; add_header X \"a\\\"b\" always; log_format m '$a' \"$b\\t\" escape=json; access_log /var/log/x m buffer=32k; }",
        "# configuration file /etc/nginx/nginx.conf:\nhttp { include conf.d/*.conf; }\n\n# configuration file /etc/nginx/conf.d/a.conf:\nserver { listen 81; }\n",
        "include *.conf; include a.conf; include nginx.conf; include /etc/nginx/b.conf; error_log stderr warn;",
        "\uFEFFuser a;\nworker_rlimit_nofile 1000;\n\"events\" { } 'http' { \"server\" { \"listen\" '80'; root /srv/\u00e9; } }",
        "http { server { location / { proxy_pass http://u$request_uri; proxy_set_header Host $host; proxy_read_timeout 5s; location = /in { internal; root a; } location ^~ /y/ { alias /z/; } } location @f { uwsgi_pass unix:/a; } } }",
    ];

    private readonly Lock gate = new();
    private readonly List<byte[]> inputs;
    private readonly bool[] features = new bool[1 << 20];

    public FuzzPool(List<byte[]> corpus) => inputs = [.. Seeds.Select(System.Text.Encoding.UTF8.GetBytes), .. corpus];

    public int Count => inputs.Count;

    public int FeatureCount { get; private set; }

    public byte[] Pick(Random random)
    {
        lock (gate)
        {
            return inputs[random.Next(inputs.Count)];
        }
    }

    /// <summary>Keeps the input when one of its features is new.</summary>
    public void Offer(byte[] input, List<int> seen)
    {
        lock (gate)
        {
            bool isNew = false;
            foreach (int feature in seen)
            {
                ref bool known = ref features[feature & (features.Length - 1)];
                isNew |= !known;
                FeatureCount += known ? 0 : 1;
                known = true;
            }

            if (isNew && inputs.Count < InputsMax)
            {
                inputs.Add(input);
            }
        }
    }
}
