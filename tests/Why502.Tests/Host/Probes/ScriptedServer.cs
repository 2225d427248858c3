using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Why502.Tests.Host.Probes;

/// <summary>A server on loopback that does to each connection what the test says, and remembers what it was sent.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly Socket listener;
    private readonly CancellationTokenSource stop = new();
    private readonly Func<Socket, CancellationToken, Task> onConnection;

    public ScriptedServer(Func<Socket, CancellationToken, Task> onConnection, string? unixPath = null)
    {
        this.onConnection = onConnection;
        listener = unixPath is null
            ? new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
            : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(unixPath is null ? new IPEndPoint(IPAddress.Loopback, 0) : new UnixDomainSocketEndPoint(unixPath));
        listener.Listen(16);
        Address = unixPath is null ? $"127.0.0.1:{((IPEndPoint)listener.LocalEndPoint!).Port}" : $"unix:{unixPath}";
        _ = AcceptAsync();
    }

    public string Address { get; }

    /// <summary>Everything the last connection sent before its answer began.</summary>
    public byte[] Received { get; private set; } = [];

    /// <summary>Reads the request, sends the parts, and closes.</summary>
    public static ScriptedServer Answering(params byte[][] parts) => Answering(null, parts);

    public static ScriptedServer Answering(string text) => Answering(Encoding.Latin1.GetBytes(text));

    public static ScriptedServer Answering(string? unixPath, params byte[][] parts)
    {
        ScriptedServer? server = null;
        server = new ScriptedServer(
            async (socket, stop) =>
            {
                var buffer = new byte[65536];
                var count = await socket.ReceiveAsync(buffer, stop);
                server!.Received = buffer[..count];
                foreach (var part in parts)
                {
                    await socket.SendAsync(part, stop);
                }

                socket.Shutdown(SocketShutdown.Send);
            },
            unixPath);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var socket = await listener.AcceptAsync(stop.Token);
                _ = ServeAsync(socket);
            }
            catch (Exception failure) when (failure is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using (socket)
        {
            try
            {
                await onConnection(socket, stop.Token);
            }
            catch (Exception failure) when (failure is OperationCanceledException or SocketException or IOException or ObjectDisposedException)
            {
                // The probe has gone, or the test has ended.
                _ = failure;
            }
        }
    }
}
