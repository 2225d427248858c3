using System.Text;

namespace Why502.Logs;

public sealed partial class ErrorLogFold
{
    /// <summary>
    /// Makes the group of a record that agrees in level, message and module with one that was read whole: what else its group is described by stands in it as it is, so it need not be read whole
    /// itself. <see cref="GroupIndex.None"/> when it must be, or when there is no room.
    /// </summary>
    private int MakeLike(ref byte block, in PlainRecord record, int kind)
    {
        var detail = _memo.DetailAt(kind);
        if (detail.Like is not { Known: { } known } like || !record.HasRequest || record.LinesMore > 0 || !record.TryReadRequest(ref block, out var request))
        {
            return GroupIndex.None;
        }

        var message = Bytes.Span(ref block, record.Body, Math.Min(like.Message.Length, record.BodyLength));
        if (!Ascii.IsValid(message) || !Ascii.IsValid(like.Message))
        {
            return GroupIndex.None;
        }

        var route = _memo.RouteOf(ref block, request, out _, out _);
        var host = _memo.HostOf(ref block, record, out _);
        var scheme = Text(ref block, record.Upstream, record.SchemeLength);
        var peer = record.Upstream + record.SchemeLength + "://".Length;
        var hasUpstream = record.UpstreamLength > 0;
        var first = like with
        {
            Time = _now,
            Message = Encoding.ASCII.GetString(message),
            Server = Text(ref block, record.Server, record.ServerLength),
            Method = Text(ref block, record.Request, request.Uri - 1 - record.Request),
            RequestUri = Text(ref block, request.Uri, request.UriLength),
            UpstreamScheme = hasUpstream ? scheme : null,
            UpstreamPeer = hasUpstream ? Text(ref block, peer, record.Upstream + record.UpstreamLength - peer) : null,
            Host = record.HostLength < 0 ? null : Text(ref block, record.Host, record.HostLength),
        };
        return Make(first, known, detail.Message, detail.Coarse, FullOf(detail.Coarse, route, host, request.Method, 0));
    }

    private static string Text(ref byte block, nint at, nint length) => Encoding.UTF8.GetString(Bytes.Span(ref block, at, length));

    /// <summary>What only this record has is left out: what is remembered stays small.</summary>
    private static ErrorLogRecord WithoutItsOwn(ErrorLogRecord record) => record with
    {
        RawBytes = default,
        Client = null,
        RequestLine = null,
        Upstream = null,
        UpstreamUri = null,
        Referrer = null,
    };
}
