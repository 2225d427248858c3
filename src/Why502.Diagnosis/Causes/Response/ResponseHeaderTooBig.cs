using Why502.Diagnosis.Readings;
using Why502.Nginx;

namespace Why502.Diagnosis.Causes.Response;

/// <summary>The response header does not fit proxy_buffer_size.</summary>
public sealed class ResponseHeaderTooBig : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "response-header-too-big",
        Family = CauseFamily.Response,
        Title = "The response header does not fit nginx's buffer",
        Explanation = """
            nginx reads the whole response header into one buffer of proxy_buffer_size (fastcgi_buffer_size, uwsgi_buffer_size …;
            one memory page by default) and refuses a header that is larger. Large cookies, long Link or
            Content-Security-Policy fields and debug headers are the usual content; it often hits only users who are logged in.
            """,
        LookAlikes = ["protocol-mismatch", "invalid-response"],
        Remedy = "Raise the buffer size of the pass directive's own family in the location concerned, or make the app's header smaller.",
        DoNot = "Do not raise client_header_buffer_size or large_client_header_buffers: they are for requests.",
        ProxyError = "http_response_header_section_size",
        Statuses = ["502"],
        Prior = Prior.Common,
        Example = new(
            "Cookies of 9 KB meet the default of 4 KB.",
            "upstream sent too big header while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"GET /login HTTP/1.1\", upstream: \"http://127.0.0.1:3000/login\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:3000;"),
        NearMiss = new(
            "The upstream closes before any header.",
            "upstream prematurely closed connection while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"GET /login HTTP/1.1\", upstream: \"http://127.0.0.1:3000/login\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:3000;",
            scene => scene.Listens("127.0.0.1:3000", "node", 812),
            Expect: "upstream-closed-early"),
    };

    public override bool Applies(Incident incident) => incident.Kind == SymptomKind.HeaderTooBig;

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        // ngx_http_upstream_process_header(): written only when the buffer is full and the header is not complete.
        scales.Weigh("message", Sources.ErrorLog, Weight.Strong.For("nginx's buffer was full before the header ended"));
        if (incident.Location is not { } location)
        {
            return;
        }

        var size = location.Effective($"{location.DirectivePrefix}_buffer_size");
        scales.Weigh("buffer", Sources.Config, Weight.Weak.For($"{size.Name} is {Words.Bytes(location.BufferSize)}{(size.IsDefault ? ", nginx's default" : "")}").At(size.At?.File, size.At?.Line));
        if (Probe(incident, seen) is { } probe)
        {
            scales.Weigh(seen.Ask(probe), response => response.HeaderBytes > location.BufferSize
                ? Weight.Decisive.For($"the response header is {Words.Bytes(response.HeaderBytes)}{(response.LargestHeader is { } largest ? $", {largest} alone {Words.Bytes(response.LargestHeaderBytes)}" : "")}")
                : Weight.None);
        }
    }

    private static Question<ResponseFact>? Probe(Incident incident, Observations seen)
        => Probing.Get(incident, RouteReading.Of(incident).AnsweredFailingPath, TimeSpan.FromSeconds(2), seen);

    public override string Describe(Incident incident, Observations seen)
        => incident is { State: IncidentState.Recovered, Location: { } before } ? $"the response header of {incident.UpstreamText} did not fit {before.DirectivePrefix}_buffer_size"
            : incident.Location is { } location ? $"the response header of {incident.UpstreamText} does not fit {location.DirectivePrefix}_buffer_size ({Words.Bytes(location.BufferSize)})" : $"the response header of {incident.UpstreamText} does not fit nginx's buffer";

    public override Fix? Propose(Incident incident, Observations seen)
    {
        if (incident is not { Location: { } location, Configuration: { } configuration })
        {
            return new Fix { Summary = "Raise the buffer size of the pass directive's own family (proxy_buffer_size, fastcgi_buffer_size, uwsgi_buffer_size) in the location concerned." };
        }

        var prefix = location.DirectivePrefix;
        var measured = Probe(incident, seen) is { } probe ? seen.Known(probe)?.HeaderBytes : null;
        var size = SizeFor(measured, location.BufferSize);
        var block = location.Location?.Block ?? location.Pass.Parent ?? location.Server.Block;
        var edits = Edits(location, block, size);
        return new Fix
        {
            Summary = $"Set {prefix}_buffer_size to {size / 1024}k in this location (now {Words.Bytes(location.BufferSize)}{(measured is { } bytes ? $", the header measures {Words.Bytes(bytes)}" : "")}).",
            Edits = ConfigurationEdit.Apply(configuration, edits).Files,
            Steps = [RetargetFix.Reload(incident, $"Test and reload. Memory: up to {size / 1024} KB more for each request under way.")],
            Later = "A smaller header is the better cure: see which field is large, mostly Set-Cookie.",
        };
    }

    private static long SizeFor(long? measured, long now)
    {
        var size = 16L * 1024;
        while (size < 2 * now || size < (measured ?? 0) * 3 / 2)
        {
            size *= 2;
        }

        return size;
    }

    /// <summary>
    /// proxy_busy_buffers_size defaults to twice the larger of the two sizes and must be less than all of proxy_buffers but one
    /// (ngx_http_upstream_conf_t merging): a larger header buffer needs larger proxy_buffers, and a larger proxy_busy_buffers_size where that is written, or nginx -t fails.
    /// </summary>
    private static List<Edit> Edits(ProxiedLocation location, Directive block, long size)
    {
        var prefix = location.DirectivePrefix;
        var edits = new List<Edit> { new Edit.Set(block, $"{prefix}_buffer_size", [$"{size / 1024}k"]) };
        if (location.Kind is not (PassKind.Grpc or PassKind.Memcached) && Total(location.Effective($"{prefix}_buffers").Arguments) < 3 * size)
        {
            edits.Add(new Edit.Set(block, $"{prefix}_buffers", ["8", $"{size / 1024}k"]));
        }

        if (location.Effective($"{prefix}_busy_buffers_size") is { IsDefault: false, Arguments: [var busy] } && NginxValue.TrySize(busy, out var bytes) && bytes < size)
        {
            edits.Add(new Edit.Set(block, $"{prefix}_busy_buffers_size", [$"{2 * size / 1024}k"]));
        }

        return edits;
    }

    private static long Total(IReadOnlyList<string> arguments)
        => arguments is [var count, var each] && long.TryParse(count, out var number) && NginxValue.TrySize(each, out var bytes) ? (number - 1) * bytes : 7 * 4096;
}
