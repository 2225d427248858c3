using Why502.Nginx;

namespace Why502.Tests.Nginx;

/// <summary>Configurations of a test: the main file is /etc/nginx/nginx.conf.</summary>
internal static class Conf
{
    public const string Main = "/etc/nginx/nginx.conf";

    public static NginxConfiguration Load(string main, params (string Path, string Text)[] others)
    {
        var source = new InMemorySource().Add(Main, main);
        foreach (var (path, text) in others)
        {
            source.Add(path, text);
        }

        return NginxConfiguration.Load(source, Main, "/etc/nginx");
    }

    public static NginxConfiguration Load(byte[] main) =>
        NginxConfiguration.Load(new InMemorySource().Add(Main, main), Main, "/etc/nginx");

    public static NginxConfiguration Http(string text) => Load("events {}\nhttp {\n" + text + "\n}\n");

    public static NginxConfiguration InServer(string text) => Http("server {\nserver_name shop.example.com;\n" + text + "\n}");

    /// <summary>The first directive of this name, anywhere.</summary>
    public static Directive Find(this NginxConfiguration configuration, string name) =>
        Walk(configuration.Root).First(d => d.Name == name);

    public static IEnumerable<Directive> Walk(IEnumerable<Directive> directives) =>
        directives.SelectMany(d => Walk(d.Block ?? []).Prepend(d));
}
