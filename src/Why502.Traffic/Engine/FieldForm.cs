namespace Why502.Traffic.Engine;

/// <summary>Values whose usual form is read in one go; what is not of that form goes the general way.</summary>
internal enum FieldForm
{
    General,

    /// <summary>Three digits.</summary>
    Status,

    /// <summary>Up to eight digits and a blank.</summary>
    Number,

    /// <summary><c>0.012</c></summary>
    RequestTime,

    /// <summary>One address that is known, and a blank.</summary>
    Address,

    /// <summary>Three digits or a dash, and a blank.</summary>
    Attempt,

    /// <summary><c>0.012</c> or a dash, and a blank.</summary>
    ResponseTime,

    /// <summary>Text in quotes that nobody asks for.</summary>
    QuotedSkip,

    /// <summary>Text up to a blank that nobody asks for.</summary>
    BlankSkip,

    /// <summary>The request line in quotes.</summary>
    Request,
}
