using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Why502.Lab.Machine;

namespace Why502.Lab.Routing;

/// <summary>A real nginx, one process, with a generated configuration in a directory of its own.</summary>
internal sealed class RoutedNginx : IDisposable
{
    private readonly string _directory;
    private readonly Process _process;

    private RoutedNginx(string directory, Process process)
    {
        _directory = directory;
        _process = process;
    }

    /// <summary>Null when nginx refuses the configuration.</summary>
    public static RoutedNginx? Start(string directory, string configuration, int port)
    {
        foreach (var folder in new[] { "logs", "tmp", "html/dir", "html/a", "html/img" })
        {
            Directory.CreateDirectory(Path.Combine(directory, folder));
        }

        foreach (var file in new[] { "html/file.txt", "html/dir/index.html", "html/dir/file.txt", "html/a/b", "html/x.php", "html/a.html", "html/img/i.html" })
        {
            File.WriteAllText(Path.Combine(directory, file), "x");
        }

        var path = Path.Combine(directory, "nginx.conf");
        File.WriteAllText(path, configuration);
        var process = new Process { StartInfo = new ProcessStartInfo(Programs.Find("nginx")!, ["-p", directory + "/", "-c", path]) { RedirectStandardError = true } };
        process.Start();
        var nginx = new RoutedNginx(directory, process);
        if (nginx.Listens(port))
        {
            return nginx;
        }

        nginx.Dispose();
        return null;
    }

    /// <summary>Whether a request ended the process.</summary>
    public bool HasExited { get; private set; }

    /// <summary>Sends the request as it is; the connection, by which the log names it, and the Location header. Null when nobody listens.</summary>
    public (string? Connection, string? Redirect) Send(RoutedRequest request)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 2_000 };
        try
        {
            socket.Connect(IPAddress.Parse(request.Address), request.Port);
        }
        catch (SocketException)
        {
            HasExited = _process.WaitForExit(20);
            return (null, null);
        }

        // A client port alone is not enough: the kernel uses one for several destinations.
        var connection = string.Create(CultureInfo.InvariantCulture, $"{((IPEndPoint)socket.LocalEndPoint!).Port}>{request.Listen}");
        socket.Send(Encoding.UTF8.GetBytes(request.HeadText));
        var answer = new StringBuilder();
        var buffer = new byte[8192];
        try
        {
            for (var read = socket.Receive(buffer); read > 0; read = socket.Receive(buffer))
            {
                answer.Append(Encoding.Latin1.GetString(buffer, 0, read));
            }
        }
        catch (SocketException)
        {
            // A reset behind the answer, as after 444.
        }

        // No answer at all: nginx may be on its way out.
        HasExited = answer.Length == 0 && _process.WaitForExit(300);
        var head = answer.ToString().Split("\r\n\r\n")[0].Split("\r\n");
        return (connection, Array.Find(head, l => l.StartsWith("Location: ", StringComparison.Ordinal))?[10..]);
    }

    /// <summary>By connection: the line of the server or location whose log took the request, and the status. Ends nginx.</summary>
    /// <param name="last">The connection of the last request: its record is waited for, since nginx may write it after the connection's end (lingering_close).</param>
    public Dictionary<string, (int Line, int Status)> Stop(string last)
    {
        for (var i = 0; i < 50 && !Records().ContainsKey(last); i++)
        {
            Thread.Sleep(5);
        }

        Dispose();
        return Records();
    }

    private Dictionary<string, (int Line, int Status)> Records()
    {
        var found = new Dictionary<string, (int, int)>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(_directory, "logs")))
        {
            if (int.TryParse(Path.GetFileName(file), NumberStyles.None, CultureInfo.InvariantCulture, out var line))
            {
                foreach (var record in File.ReadLines(file))
                {
                    var parts = record.Split(' ');
                    found[parts[0]] = (line, int.Parse(parts[1], CultureInfo.InvariantCulture));
                }
            }
        }

        return found;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }
    }

    private bool Listens(int port)
    {
        for (var i = 0; i < 400 && !_process.HasExited; i++)
        {
            foreach (var candidate in new[] { port, port + 1 })
            {
                foreach (var address in new[] { "127.0.0.1", "127.0.0.2" })
                {
                    if (Answers(address, candidate))
                    {
                        // The other addresses follow at once.
                        Thread.Sleep(20);
                        return true;
                    }
                }
            }

            Thread.Sleep(5);
        }

        return false;
    }

    private static bool Answers(string address, int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(IPAddress.Parse(address), port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
