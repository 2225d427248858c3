namespace Why502.Traffic.Engine;

/// <summary>How a value's end is found.</summary>
internal enum FieldEnd
{
    /// <summary>No value: the literal alone, at the end of the row.</summary>
    None,

    /// <summary>The rest of the row.</summary>
    Line,

    /// <summary>The next quote; the value cannot hold one (escape=default).</summary>
    Quote,

    /// <summary>The next quote that no backslash escapes (escape=json).</summary>
    JsonQuote,

    /// <summary>The first place where the next literal stands.</summary>
    Literal,

    /// <summary>Three digits.</summary>
    Status,

    /// <summary>As many bytes of a number as there are.</summary>
    Number,

    /// <summary>The time stamp's own length.</summary>
    TimeLocal,

    /// <summary>The time stamp's own length.</summary>
    TimeIso,

    /// <summary>An upstream's list without quotes: its joints hold blanks.</summary>
    List,
}
