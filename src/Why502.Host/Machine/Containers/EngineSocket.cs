using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Why502.Host.Machine;

/// <summary>
/// One container engine's HTTP interface on a unix socket. Only GET is ever sent, and only of the five resources below; HTTP/1.0 makes the
/// answer end with the connection (docs.docker.com/reference/api/engine, docs.podman.io/en/latest/_static/api.html).
/// </summary>
internal sealed class EngineSocket(string path)
{
    private const int AnswerBytesMax = 16 * 1024 * 1024;

    public string Path => path;

    public Task<JsonDocument?> VersionAsync(CancellationToken cancellation) => JsonAsync("/version", cancellation);

    public Task<JsonDocument?> ListAsync(CancellationToken cancellation) => JsonAsync("/containers/json?all=1", cancellation);

    /// <param name="id">As the engine itself gave it: hexadecimal.</param>
    /// <param name="cancellation">Ends the exchange.</param>
    public Task<JsonDocument?> InspectAsync(string id, CancellationToken cancellation) => JsonAsync($"/containers/{id}/json", cancellation);

    /// <param name="id">As the engine itself gave it: hexadecimal.</param>
    /// <param name="cancellation">Ends the exchange.</param>
    public Task<JsonDocument?> ChangesAsync(string id, CancellationToken cancellation) => JsonAsync($"/containers/{id}/changes", cancellation);

    public async Task<byte[]?> LastOutputAsync(string id, int lines, CancellationToken cancellation)
        => await GetAsync($"/containers/{id}/logs?stdout=1&stderr=1&tail={lines}", cancellation).ConfigureAwait(false);

    private async Task<JsonDocument?> JsonAsync(string target, CancellationToken cancellation)
    {
        try
        {
            return await GetAsync(target, cancellation).ConfigureAwait(false) is { } body ? JsonDocument.Parse(body) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The body of a 200 answer; null for any other. Socket errors are thrown.</summary>
    private async Task<byte[]?> GetAsync(string target, CancellationToken cancellation)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation).ConfigureAwait(false);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET {target} HTTP/1.0\r\nHost: localhost\r\nAccept: */*\r\n\r\n"), cancellation).ConfigureAwait(false);
        using var answer = new MemoryStream();
        var buffer = new byte[64 * 1024];
        int got;
        while (answer.Length < AnswerBytesMax && (got = await socket.ReceiveAsync(buffer, cancellation).ConfigureAwait(false)) > 0)
        {
            answer.Write(buffer, 0, got);
        }

        return BodyOf(answer.ToArray());
    }

    internal static byte[]? BodyOf(byte[] answer)
    {
        var end = answer.AsSpan().IndexOf("\r\n\r\n"u8);
        if (end < 0 || !answer.AsSpan().StartsWith("HTTP/1."u8) || answer.AsSpan(8, 4) is not [_, (byte)'2', (byte)'0', (byte)'0'])
        {
            return null;
        }

        return answer[(end + 4)..];
    }
}
