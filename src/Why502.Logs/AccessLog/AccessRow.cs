using System.Buffers.Text;
using System.Globalization;

namespace Why502.Logs;

/// <summary>The positions of one row's values; decoded when somebody asks.</summary>
internal struct AccessRow
{
    public Slice Time;
    public AccessVariable TimeKind;
    public Slice Request;
    public Slice Method;
    public Slice Uri;
    public Slice Status;
    public Slice BodyBytes;
    public Slice RequestTime;
    public Slice Host;
    public Slice ServerName;
    public Slice Client;
    public Slice Scheme;
    public Slice UpstreamAddr;
    public Slice UpstreamStatus;
    public Slice UpstreamResponseTime;
    public Slice UpstreamHeaderTime;
    public Slice UpstreamConnectTime;
    public Slice UpstreamBytesReceived;

    public void Set(AccessVariable variable, Slice value)
    {
        switch (variable)
        {
            case AccessVariable.TimeLocal or AccessVariable.TimeIso or AccessVariable.Msec when !Time.Present || variable == AccessVariable.Msec:
                (Time, TimeKind) = (value, variable);
                break;
            case AccessVariable.Request:
                Request = value;
                break;
            case AccessVariable.Method:
                Method = value;
                break;
            case AccessVariable.Uri when !Uri.Present:
                Uri = value;
                break;
            case AccessVariable.Status:
                Status = value;
                break;
            case AccessVariable.BodyBytes when !BodyBytes.Present:
                BodyBytes = value;
                break;
            case AccessVariable.RequestTime:
                RequestTime = value;
                break;
            case AccessVariable.Host when !Host.Present || Host.Length <= 1:
                Host = value;
                break;
            case AccessVariable.ServerName:
                ServerName = value;
                break;
            case AccessVariable.RemoteAddr:
                Client = value;
                break;
            case AccessVariable.Scheme:
                Scheme = value;
                break;
            case AccessVariable.UpstreamAddr:
                UpstreamAddr = value;
                break;
            case AccessVariable.UpstreamStatus:
                UpstreamStatus = value;
                break;
            case AccessVariable.UpstreamResponseTime:
                UpstreamResponseTime = value;
                break;
            case AccessVariable.UpstreamHeaderTime:
                UpstreamHeaderTime = value;
                break;
            case AccessVariable.UpstreamConnectTime:
                UpstreamConnectTime = value;
                break;
            case AccessVariable.UpstreamBytesReceived:
                UpstreamBytesReceived = value;
                break;
        }
    }

    public readonly int StatusCode(ReadOnlySpan<byte> line) => Utf8Parser.TryParse(Status.Of(line), out int status, out _) && status is >= 0 and < 1000 ? status : 0;

    public readonly DateTimeOffset? TimeOf(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> text = Time.Of(line);
        if (text.Length == 0)
        {
            return null;
        }

        if (TimeKind == AccessVariable.Msec)
        {
            return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds) && seconds is > 0 and < 253_000_000_000
                ? DateTimeOffset.UnixEpoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond)) : null;
        }

        if (LogTime.TryReadAccess(text, out DateTime time, out bool zoned) || LogTime.TryReadIso(text, out time, out zoned, out _))
        {
            return new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Unspecified), TimeSpan.Zero);
        }

        return null;
    }

    /// <summary>Method and target, from their own variables or out of the request line.</summary>
    public readonly void SplitRequest(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> method, out ReadOnlySpan<byte> uri)
    {
        method = Plain(Method.Of(line));
        uri = Plain(Uri.Of(line));
        ReadOnlySpan<byte> request = Request.Of(line);
        int first = request.IndexOf((byte)' ');
        if (first <= 0 || first > 32)
        {
            return;
        }

        if (method.Length == 0)
        {
            method = request[..first];
        }

        if (uri.Length == 0)
        {
            int last = request.LastIndexOf(" HTTP/"u8);
            uri = last > first ? request[(first + 1)..last] : request[(first + 1)..];
        }
    }

    /// <summary>A lone dash is nginx's way to log "no value".</summary>
    public static ReadOnlySpan<byte> Plain(ReadOnlySpan<byte> value) => value is [(byte)'-'] ? default : value;
}
