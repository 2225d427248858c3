using Why502.Nginx.Directives;

namespace Why502.Nginx.Checks;

/// <summary>The setters that many modules share: ngx_conf_set_*_slot.</summary>
internal static class GenericReaders
{
    public static DirectiveReader Of(Directives.ValueType type) => type switch
    {
        Directives.ValueType.Flag => ReadFlag,
        _ => ReadNothing,
    };

    private static void ReadNothing(in DirectiveCall call)
    {
        // The module reads it itself, and how is not known here.
    }

    private static void ReadFlag(in DirectiveCall call)
    {
        if (call.SetOnce() && !NginxValue.TryFlag(call.Arguments[0], out _))
        {
            call.Fail($"invalid value \"{call.Arguments[0]}\" in \"{call.Name}\" directive, it must be \"on\" or \"off\"", 0);
        }
    }
}
