namespace Why502.Nginx.Directives;

/// <summary>What a directive's argument is, by the generic ngx_conf_set_*_slot that reads it. <see cref="Custom"/> when the module reads it itself.</summary>
public enum ValueType
{
    Custom,
    Flag,
    Number,
    Milliseconds,
    Seconds,
    Size,

    /// <summary>A size that may be given in <c>g</c>.</summary>
    Offset,
    Text,

    /// <summary>One word each time; the directive may be repeated.</summary>
    Texts,

    /// <summary>A name and a value each time; the directive may be repeated.</summary>
    KeyValue,
    Enum,

    /// <summary>Several words of a list.</summary>
    Bitmask,

    /// <summary>A number and a size.</summary>
    Buffers,

    /// <summary>A path with up to three levels of directories.</summary>
    Path,

    /// <summary><c>user:rw group:r all:r</c>.</summary>
    Access,

    /// <summary>Text with variables.</summary>
    Complex,

    /// <summary>Text with variables that ends in a zero byte (a file name).</summary>
    ComplexZero,
    ComplexSize,

    /// <summary>Texts with variables that are true unless empty or <c>0</c>.</summary>
    Predicates,

    /// <summary>MIME types.</summary>
    Types,

    /// <summary>A local address for connections to the upstream.</summary>
    Bind,

    /// <summary>A parameter for the upstream: <c>fastcgi_param</c> and its likes.</summary>
    Parameter,
}
