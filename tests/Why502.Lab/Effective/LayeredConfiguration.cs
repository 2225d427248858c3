using System.Globalization;
using System.Text;

namespace Why502.Lab.Effective;

/// <summary>Directives that inherit in different ways, put at random into http, servers, locations, nested locations and limit_except.</summary>
internal sealed class LayeredConfiguration
{
    private const string Pass = "proxy_pass http://127.0.0.1:8081/?root=$document_root;\n";

    private readonly Random random;
    private readonly StringBuilder text = new();
    private int values;

    public LayeredConfiguration(int seed, int servers)
    {
        random = new Random(seed);
        Level(isLocation: false);
        for (var i = 0; i < servers; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"server {{\nlisten 8080;\nserver_name s{i};\n");
            Level(isLocation: false);
            text.Append("location / {\n").Append(Pass);
            Level(isLocation: true);
            text.Append("}\nlocation /o/ {\n").Append(Pass);
            Level(isLocation: true);
            text.Append("location /o/i/ {\n").Append(Pass);
            Level(isLocation: true);
            text.Append("}\n}\n}\n");
        }

        // The upstream says what reached it; nothing of the levels above may hold there.
        text.Append("""
            server {
                listen 127.0.0.1:8081;
                allow all;
                add_header Upstream 1;
                expires off;
                location / { return 200 "A=$http_x_a B=$http_x_b host=$http_host connection=$http_connection root=$arg_root"; }
            }
            """);
    }

    public string Text => text.ToString();

    private void Level(bool isLocation)
    {
        Some("add_header X-One", "add_header X-Two", "add_header X-Three");
        Some("proxy_set_header X-A", "proxy_set_header X-B", "proxy_set_header Host");
        if (random.Next(6) == 0)
        {
            text.Append("proxy_set_header Connection '';\n");
        }

        if (random.Next(3) == 0)
        {
            text.Append("expires ").Append(random.Next(3) == 0 ? "off" : string.Create(CultureInfo.InvariantCulture, $"{++values}s")).Append(";\n");
        }

        if (random.Next(3) == 0)
        {
            text.Append(isLocation && random.Next(2) == 0 ? "alias" : "root").Append(CultureInfo.InvariantCulture, $" /r{++values}/;\n");
        }

        Access();
        if (isLocation && random.Next(3) == 0)
        {
            text.Append("limit_except GET {\n");
            Access();
            text.Append("}\n");
        }
    }

    private void Some(params string[] directives)
    {
        if (random.Next(3) != 0)
        {
            return;
        }

        foreach (var directive in directives.Where(_ => random.Next(2) == 0))
        {
            text.Append(directive).Append(CultureInfo.InvariantCulture, $" v{++values};\n");
        }
    }

    private void Access()
    {
        if (random.Next(4) != 0)
        {
            return;
        }

        string[] rules = ["allow 10.0.0.1;\n", "deny 10.0.0.0/8;\n", "allow 127.0.0.1;\n", "allow all;\n", "deny all;\n", "deny 127.0.0.1;\n"];
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            text.Append(rules[random.Next(rules.Length)]);
        }
    }
}
