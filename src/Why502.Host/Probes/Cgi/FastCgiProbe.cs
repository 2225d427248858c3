using System.Net;
using System.Net.Sockets;
using System.Text;
using Why502.Diagnosis;

namespace Why502.Host.Probes;

/// <summary>One request to a FastCGI responder over a connection of its own.</summary>
internal sealed class FastCgiProbe(Dialer dialer, TimeProvider time, ProbeLimits limits)
{
    private const int ReadBytes = 16 * 1024;

    /// <summary>The parameters of nginx's own fastcgi_params, as far as a request without a client has them.</summary>
    public static IReadOnlyList<(string Name, string Value)> Parameters(string scriptFilename, string path, string host, string query, string scriptName = "")
    {
        var name = RequestText.Host(host);
        var script = scriptName.Length > 0 ? scriptName : path;
        return
        [
            ("SCRIPT_FILENAME", scriptFilename),
            ("SCRIPT_NAME", script),
            ("QUERY_STRING", query),
            ("REQUEST_METHOD", "GET"),
            ("CONTENT_TYPE", ""),
            ("CONTENT_LENGTH", ""),
            ("REQUEST_URI", query.Length == 0 ? path : $"{path}?{query}"),
            ("DOCUMENT_URI", script),
            ("DOCUMENT_ROOT", DocumentRoot(scriptFilename, script)),
            ("SERVER_PROTOCOL", "HTTP/1.1"),
            ("REQUEST_SCHEME", "http"),
            ("GATEWAY_INTERFACE", "CGI/1.1"),
            ("SERVER_SOFTWARE", RequestText.UserAgent),
            ("REMOTE_ADDR", "127.0.0.1"),
            ("REMOTE_PORT", "0"),
            ("SERVER_ADDR", "127.0.0.1"),
            ("SERVER_PORT", "80"),
            ("SERVER_NAME", name),
            // php-cgi's cgi.force_redirect refuses requests without it.
            ("REDIRECT_STATUS", "200"),
            ("HTTP_HOST", name),
            ("HTTP_USER_AGENT", RequestText.UserAgent),
        ];
    }

    public async Task<(ResponseFact Fact, byte[] Body)> GetAsync(
        IReadOnlyList<EndPoint> peers, IReadOnlyList<(string Name, string Value)> parameters, TimeSpan limit, CancellationToken cancellation)
    {
        var exchange = new Exchange(time, limits.FirstBytesMax);
        var connectPatience = limit < limits.ConnectPatience ? limit : limits.ConnectPatience;
        var dialled = await dialer.DialAsync(peers, connectPatience, cancellation).ConfigureAwait(false);
        if (dialled.Socket is null)
        {
            return (exchange.Refuse(dialled.Errno), []);
        }

        exchange.Connected();
        using var patience = new Patience(limit, time, cancellation);
        await using var stream = new NetworkStream(dialled.Socket, ownsSocket: true);
        var reader = new FastCgiReader(limits.BodyBytesMax, limits.StderrBytesMax);
        exchange.Header = reader.Header;
        try
        {
            await stream.WriteAsync(FastCgiWire.Request(parameters), patience.Token).ConfigureAwait(false);
            return (await ReadAsync(stream, reader, exchange, patience).ConfigureAwait(false), reader.Body);
        }
        catch (Exception failure) when (Exchange.IsBroken(failure))
        {
            return (exchange.Broke(failure, exchange.HeaderMs is null ? "while waiting for the response header" : "while reading the response body"), []);
        }
        catch (OperationCanceledException) when (patience.IsOver)
        {
            var fact = exchange.HeaderMs is null
                ? exchange.End(ProbeOutcome.TimedOut, $"no complete response header within {limit.TotalMilliseconds:0} ms; {exchange.BytesReceived} bytes came")
                : exchange.End(ProbeOutcome.Ok, $"the body had not ended {limits.BodyPatience.TotalMilliseconds:0} ms after the header");
            return (fact, []);
        }
    }

    private async Task<ResponseFact> ReadAsync(NetworkStream stream, FastCgiReader reader, Exchange exchange, Patience patience)
    {
        var buffer = new byte[ReadBytes];
        while (true)
        {
            var count = await stream.ReadAsync(buffer, patience.Token).ConfigureAwait(false);
            exchange.Received(buffer.AsSpan(0, count));
            reader.Feed(buffer.AsSpan(0, count));
            Copy(reader, exchange, patience);
            if (reader.Problem is { } problem)
            {
                return exchange.End(ProbeOutcome.Invalid, problem);
            }

            if (reader.Header.IsDone && (reader.IsEnded || count == 0 || reader.BodyBytes >= limits.BodyBytesMax))
            {
                return count == 0 && !reader.IsEnded
                    ? exchange.End(ProbeOutcome.Closed, $"the connection was closed after {reader.BodyBytes} bytes of the body, before its end")
                    : exchange.End(ProbeOutcome.Ok);
            }

            if (count == 0 || reader.IsEnded)
            {
                return exchange.End(ProbeOutcome.Closed, EarlyEnd(reader, exchange));
            }

            if (!reader.Header.IsDone && reader.Header.Bytes > limits.HeaderBytesMax)
            {
                return exchange.End(ProbeOutcome.Invalid, $"the response header had not ended after {limits.HeaderBytesMax} bytes");
            }
        }
    }

    private void Copy(FastCgiReader reader, Exchange exchange, Patience patience)
    {
        if (reader.Header.IsDone && exchange.HeaderMs is null)
        {
            exchange.HeaderEnded();
            patience.Renew(limits.BodyPatience);
        }

        exchange.HeaderBytes = reader.HeaderBytes;
        exchange.BodyBytes = reader.BodyBytes;
        exchange.Remark = reader.Stderr is { } text ? $"stderr: {Exchange.Shown(Encoding.Latin1.GetBytes(text))}" : null;
    }

    private static string EarlyEnd(FastCgiReader reader, Exchange exchange) => reader switch
    {
        { IsEnded: true, ProtocolStatus: 2 } => "the FastCGI server is overloaded (FCGI_OVERLOADED)",
        { IsEnded: true } => "the request ended without a response header",
        _ when exchange.BytesReceived == 0 => "the connection was closed without a response",
        _ => $"the connection was closed after {exchange.BytesReceived} bytes, before the end of the response header",
    };

    private static string DocumentRoot(string scriptFilename, string path)
        => scriptFilename.EndsWith(path, StringComparison.Ordinal) && scriptFilename.Length > path.Length ? scriptFilename[..^path.Length] : "/";
}
