using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Why502.Nginx;
using Why502.Nginx.Crossplane;

namespace Why502.Bench.Configuration;

/// <summary>
/// Bytes to tree, to directives, to crossplane's payload, on configurations of three sizes: the exponent says how the time grows (1 is linear).
/// In the same run, real nginx tests the same file: <c>nginx -t</c> does more (regular expressions, hashes, listening sockets), so the ratio is no race, but a scale.
/// </summary>
public static class ConfigurationBenchmark
{
    public static int Run(int[] sizes, int rounds = 7)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        // The code is compiled for speed before anything is measured.
        byte[] small = GeneratedConfiguration.OfServers(Math.Min(sizes[0], 1000));
        for (int i = 0; i < rounds * 10; i++)
        {
            Parsed(small);
        }

        List<(double Bytes, double Seconds)> points = [];
        foreach (int size in sizes)
        {
            byte[] text = GeneratedConfiguration.OfServers(size);
            double parse = Best(rounds, () => Parsed(text));
            double load = Best(rounds, () => Loaded(text));
            double payload = Best(rounds, () => Payload(text));
            double? nginx = NginxTest(text);
            points.Add((text.Length, parse));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{size,7:N0} servers, {text.Length / 1e6,6:N2} MB: tree {Rate(text, parse)}  model {Rate(text, load)}  crossplane-json {Rate(text, payload)}  nginx -t {(nginx is { } seconds ? $"{Rate(text, seconds)}, {seconds / parse:N0} x the tree, {seconds / load:N1} x the model" : "not here")}"));
        }

        for (int i = 1; i < points.Count; i++)
        {
            double exponent = Math.Log(points[i].Seconds / points[i - 1].Seconds) / Math.Log(points[i].Bytes / points[i - 1].Bytes);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"growth of the tree from {points[i - 1].Bytes / 1e6:N1} to {points[i].Bytes / 1e6:N1} MB: exponent {exponent:N2}"));
        }

        return 0;
    }

    private static string Rate(byte[] text, double seconds) => string.Create(CultureInfo.InvariantCulture, $"{text.Length / seconds / 1e6,6:N1} MB/s ({seconds * 1000:N1} ms)");

    private static void Parsed(byte[] text)
    {
        if (ConfigurationFile.Parse("nginx.conf", text).DirectiveCount < 10)
        {
            throw new InvalidOperationException("The generated configuration is not what it should be.");
        }
    }

    private static void Loaded(byte[] text)
    {
        NginxConfiguration configuration = NginxConfiguration.Load(new InMemorySource().Add("/etc/nginx/nginx.conf", text), "/etc/nginx/nginx.conf", "/etc/nginx/");
        if (configuration.Problems.Count > 0)
        {
            throw new InvalidOperationException($"The generated configuration has a problem: {configuration.Problems[0]}");
        }
    }

    private static void Payload(byte[] text)
    {
        CrossplaneParse parse = CrossplaneParse.Of(new InMemorySource(), "/etc/nginx/nginx.conf", text, new CrossplaneOptions());
        using Utf8JsonWriter json = new(Stream.Null);
        CrossplaneWriter.Write(parse, json);
    }

    /// <summary>The best of a few runs in processor time: a busy machine stretches the clock, not the work.</summary>
    private static double Best(int rounds, Action action)
    {
        double best = double.MaxValue;
        for (int i = 0; i < rounds; i++)
        {
            GC.Collect();
            TimeSpan start = Environment.CpuUsage.TotalTime;
            action();
            best = Math.Min(best, (Environment.CpuUsage.TotalTime - start).TotalSeconds);
        }

        return best;
    }

    /// <summary>User and system time of one <c>nginx -t</c>; null where there is no nginx that accepts the file.</summary>
    private static double? NginxTest(byte[] text)
    {
        string folder = Directory.CreateTempSubdirectory("why502-bench").FullName;
        try
        {
            File.WriteAllBytes(Path.Combine(folder, "nginx.conf"), text);
            using Process process = new();
            process.StartInfo = new ProcessStartInfo("/bin/bash", ["-c", $"PATH=$PATH:/usr/sbin; TIMEFORMAT='%U %S'; time nginx -t -p {folder}/ -c {folder}/nginx.conf 2> {folder}/said"]) { RedirectStandardError = true };
            process.Start();
            string[] times = process.StandardError.ReadToEnd().Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
            process.WaitForExit();
            bool accepted = process.ExitCode == 0 && times.Length >= 2;
            return accepted ? double.Parse(times[^2], CultureInfo.InvariantCulture) + double.Parse(times[^1], CultureInfo.InvariantCulture) : null;
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }
}
