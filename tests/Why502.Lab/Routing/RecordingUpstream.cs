using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Why502.Lab.Routing;

/// <summary>An upstream that answers 200 to everything and remembers the URI it was asked for last.</summary>
internal sealed class RecordingUpstream : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private volatile string? _uri;

    public RecordingUpstream()
    {
        _listener.Start();
        new Thread(Serve) { IsBackground = true }.Start();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The URI of the last request since the last call, one character per byte.</summary>
    public string? Take()
    {
        var uri = _uri;
        _uri = null;
        return uri;
    }

    public void Dispose() => _listener.Dispose();

    private void Serve()
    {
        try
        {
            while (true)
            {
                using var client = _listener.AcceptSocket();
                Answer(client);
            }
        }
        catch (SocketException)
        {
            // The listener is closed.
        }
    }

    private void Answer(Socket client)
    {
        try
        {
            var buffer = new byte[65536];
            var length = 0;
            while (length < buffer.Length && !buffer.AsSpan(0, length).EndsWith("\r\n\r\n"u8))
            {
                var read = client.Receive(buffer.AsSpan(length));
                if (read == 0)
                {
                    return;
                }

                length += read;
            }

            var line = Encoding.Latin1.GetString(buffer, 0, buffer.AsSpan(0, length).IndexOf((byte)'\r'));
            _uri = line[(line.IndexOf(' ') + 1)..line.LastIndexOf(' ')];
            client.Send("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"u8);
        }
        catch (SocketException)
        {
            // nginx went away; the next request says what it says.
        }
    }
}
