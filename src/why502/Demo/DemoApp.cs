using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Why502.Cli.Demo;

/// <summary>The small app behind the demo's nginx: this program itself, as a child. It ends with its parent, because its standard input does.</summary>
internal static class DemoApp
{
    public const string Command = "demo-app";

    public static async Task<int> RunAsync(string address)
    {
        if (!IPEndPoint.TryParse(address, out var endpoint))
        {
            throw new UsageException($"'{address}' is no address to listen on, such as 127.0.0.1:3000.");
        }

        using var listener = new TcpListener(endpoint);
        listener.Start();
        using var output = Console.OpenStandardOutput();
        await output.WriteAsync(Encoding.ASCII.GetBytes($"listening on {endpoint}\n")).ConfigureAwait(false);
        await output.FlushAsync().ConfigureAwait(false);
        await Task.WhenAny(ServeAsync(listener), ParentGoneAsync()).ConfigureAwait(false);
        return ExitStatus.Healthy;
    }

    private static async Task ServeAsync(TcpListener listener)
    {
        while (true)
        {
            var client = await listener.AcceptTcpClientAsync().ConfigureAwait(false);
            _ = AnswerAsync(client);
        }
    }

    private static async Task AnswerAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                var buffer = new byte[8192];
                var read = 0;
                while (read < buffer.Length && !buffer.AsSpan(0, read).EndsWith("\r\n\r\n"u8))
                {
                    var more = await stream.ReadAsync(buffer.AsMemory(read)).ConfigureAwait(false);
                    if (more == 0)
                    {
                        return;
                    }

                    read += more;
                }

                await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 19\r\nConnection: close\r\n\r\nHello from the app\n"u8.ToArray()).ConfigureAwait(false);
            }
            catch (IOException)
            {
                // A client that went away is its own business.
            }
        }
    }

    private static async Task ParentGoneAsync()
    {
        using var input = Console.OpenStandardInput();
        var buffer = new byte[16];
        while (await input.ReadAsync(buffer).ConfigureAwait(false) > 0)
        {
            // Nothing is ever said; only the end counts.
        }
    }
}
