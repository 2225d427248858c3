namespace Why502.Nginx.Checks;

/// <summary><see cref="NginxNumber"/> in comparisons: -1 is nginx's NGX_ERROR.</summary>
internal static class Number
{
    /// <summary>ngx_atoi.</summary>
    public static long Of(ReadOnlySpan<char> text) => NginxNumber.Integer(text) ?? -1;

    /// <summary>ngx_parse_size.</summary>
    public static long Size(ReadOnlySpan<char> text) => NginxNumber.Size(text) ?? -1;

    /// <summary>ngx_parse_offset.</summary>
    public static long Offset(ReadOnlySpan<char> text) => NginxNumber.Offset(text) ?? -1;

    /// <summary>ngx_parse_time with is_sec.</summary>
    public static long Seconds(ReadOnlySpan<char> text) => NginxNumber.Time(text, seconds: true) ?? -1;

    /// <summary>ngx_parse_time without is_sec.</summary>
    public static long Milliseconds(ReadOnlySpan<char> text) => NginxNumber.Time(text, seconds: false) ?? -1;
}
