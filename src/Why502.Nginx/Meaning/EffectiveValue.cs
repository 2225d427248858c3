namespace Why502.Nginx;

/// <summary>What a directive's value is at some place, and where it comes from.</summary>
/// <param name="Arguments">The value; of several directives of the same name, the last one's. Empty when nginx has no default for it.</param>
/// <param name="At">Null when nginx's own default is in force.</param>
/// <param name="All">For directives that add up (proxy_set_header, fastcgi_param …): each one in force, in order.</param>
public sealed record EffectiveValue(string Name, IReadOnlyList<string> Arguments, SourceLine? At, bool IsDefault, IReadOnlyList<IReadOnlyList<string>>? All)
{
    /// <summary>The directive in force (the last, if they add up); null for a default.</summary>
    public Directive? Directive { get; init; }

    /// <summary>Every directive in force, in order; the one, unless they add up.</summary>
    public IReadOnlyList<Directive> Directives { get; init; } = [];

    /// <summary>The first argument, or null.</summary>
    public string? Value => Arguments.Count > 0 ? Arguments[0] : null;

    public bool IsSet => !IsDefault;

    public bool IsOn => NginxValue.TryFlag(Value ?? string.Empty, out var on) && on;

    /// <summary>The value as a time; null when it is none (a variable, or a mistake).</summary>
    public TimeSpan? AsTime => NginxValue.TryTime(Value ?? string.Empty, out var time) ? time : null;

    public long? AsSize => NginxValue.TrySize(Value ?? string.Empty, out var size) ? size : null;

    public int? AsNumber => int.TryParse(Value, System.Globalization.NumberStyles.None, null, out var number) ? number : null;

    public override string ToString() => Arguments.Count == 0 ? Name : $"{Name} {string.Join(' ', Arguments)}";
}
