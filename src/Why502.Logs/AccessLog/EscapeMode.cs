namespace Why502.Logs;

/// <summary>How the format writes control characters: <c>escape=default</c> (\xHH), json, or none (ngx_http_log_module).</summary>
public enum EscapeMode
{
    Default,
    Json,
    None,
}

/// <summary>The values of <c>escape=</c> in a log_format.</summary>
public static class EscapeWords
{
    /// <summary>Null, as in a format without, is the default; so is a word that nginx would refuse.</summary>
    public static EscapeMode Mode(string? word) => Find(word) ?? EscapeMode.Default;

    /// <summary>Null for a word that nginx would refuse.</summary>
    public static EscapeMode? Find(string? word) => word switch
    {
        null or "default" => EscapeMode.Default,
        "json" => EscapeMode.Json,
        "none" => EscapeMode.None,
        _ => null,
    };

    public static string Word(EscapeMode mode) => mode switch
    {
        EscapeMode.Json => "json",
        EscapeMode.None => "none",
        _ => "default",
    };
}
