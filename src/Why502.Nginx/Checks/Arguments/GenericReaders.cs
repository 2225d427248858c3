using Why502.Nginx.Directives;

namespace Why502.Nginx.Checks;

/// <summary>The setters that many modules share (ngx_conf_set_*_slot), with nginx's words for what they refuse.</summary>
internal static class GenericReaders
{
    /// <summary>The words of bitmasks and lists of types that a block has, each behind its directive's name.</summary>
    private static readonly Slot<HashSet<string>> Bitmasks = new(() => new HashSet<string>(StringComparer.Ordinal));

    public static DirectiveReader Of(DirectiveForm form) => form.Type switch
    {
        Directives.ValueType.Flag => ReadFlag,
        Directives.ValueType.Number => ReadNumber,
        Directives.ValueType.Milliseconds => (in DirectiveCall call) => ReadValue(call, NginxNumber.Time(call.Arguments[0], seconds: false)),
        Directives.ValueType.Seconds => (in DirectiveCall call) => ReadValue(call, NginxNumber.Time(call.Arguments[0], seconds: true)),
        Directives.ValueType.Size => (in DirectiveCall call) => ReadValue(call, NginxNumber.Size(call.Arguments[0])),
        Directives.ValueType.Offset => (in DirectiveCall call) => ReadValue(call, NginxNumber.Offset(call.Arguments[0])),
        Directives.ValueType.Text => (in DirectiveCall call) => call.SetOnce(),
        Directives.ValueType.Texts or Directives.ValueType.KeyValue => ReadRepeated,
        Directives.ValueType.Enum => ReadEnum,
        Directives.ValueType.Bitmask => ReadBitmask,
        Directives.ValueType.Buffers => ReadBuffers,
        Directives.ValueType.Path => ReadPath,
        Directives.ValueType.Access => ReadAccess,
        Directives.ValueType.Complex or Directives.ValueType.ComplexZero => ReadComplex,
        Directives.ValueType.ComplexSize => ReadComplexSize,
        Directives.ValueType.Predicates => ReadPredicates,
        Directives.ValueType.Types => ReadTypes,
        Directives.ValueType.Parameter => ReadParameter,
        _ => ReadNothing,
    };

    /// <summary>ngx_conf_set_num_slot; the bounds are ngx_conf_check_num_bounds.</summary>
    private static void ReadNumber(in DirectiveCall call)
    {
        if (!call.SetOnce())
        {
            return;
        }

        if (NginxNumber.Integer(call.Arguments[0]) is not { } number)
        {
            call.Refuse("invalid number", 0);
        }
        else if (call.Form is { Values: [var bounds] } && bounds.Split("..") is [var low, var high])
        {
            var (from, to) = (long.Parse(low, null), long.Parse(high, null));
            if (number < from || (to != -1 && number > to))
            {
                call.Fail(to == -1 ? $"value must be equal to or greater than {from}" : $"value must be between {from} and {to}", 0);
            }
        }
    }

    private static void ReadValue(in DirectiveCall call, long? value)
    {
        if (call.SetOnce() && value is null)
        {
            call.Refuse("invalid value", 0);
        }
    }

    private static void ReadFlag(in DirectiveCall call)
    {
        if (call.SetOnce() && !NginxValue.TryFlag(call.Arguments[0], out _))
        {
            call.Fail($"invalid value \"{call.Arguments[0]}\" in \"{call.Name}\" directive, it must be \"on\" or \"off\"", 0);
        }
    }

    private static void ReadEnum(in DirectiveCall call)
    {
        if (!call.SetOnce())
        {
            return;
        }

        var value = call.Arguments[0];
        if (call.Form!.Values.Count > 0 && !Contains(call.Form.Values, value))
        {
            call.Fail($"invalid value \"{value}\"", 0, Suggestion.ForValue(value, call.Form.Values));
        }
    }

    /// <summary>ngx_conf_set_bitmask_slot: it may be repeated, and says what it has already.</summary>
    private static void ReadBitmask(in DirectiveCall call)
    {
        call.Block.TrySet(call.Name, call.Directive);
        var seen = call.Block.Get(Bitmasks);
        for (var i = 0; i < call.Arguments.Count; i++)
        {
            var value = call.Arguments[i];
            if (call.Form!.Values.Count > 0 && !Contains(call.Form.Values, value))
            {
                call.Fail($"invalid value \"{value}\"", i, Suggestion.ForValue(value, call.Form.Values));
                return;
            }

            if (!seen.Add(call.Name + " " + value.ToLowerInvariant()))
            {
                call.Warn($"duplicate value \"{value}\"", i);
            }
        }
    }

    private static void ReadBuffers(in DirectiveCall call)
    {
        if (call.SetOnce() && (NginxNumber.Integer(call.Arguments[0]) is null or 0 || NginxNumber.Size(call.Arguments[1]) is null or 0))
        {
            call.Refuse("invalid value", NginxNumber.Integer(call.Arguments[0]) is null or 0 ? 0 : 1);
        }
    }

    /// <summary>ngx_conf_set_path_slot: up to three levels whose widths with their slashes make at most ten characters more than there are levels.</summary>
    private static void ReadPath(in DirectiveCall call)
    {
        if (!call.SetOnce())
        {
            return;
        }

        long length = 0;
        for (var i = 1; i < call.Arguments.Count; i++)
        {
            if (NginxNumber.Integer(call.Arguments[i]) is not ({ } level and not 0))
            {
                call.Refuse("invalid value", i);
                return;
            }

            length = Math.Min(length + level + 1, int.MaxValue);
        }

        if (length > 10 + call.Arguments.Count - 1)
        {
            call.Refuse("invalid value");
            return;
        }

        TemporaryPaths.Add(call);
    }

    private static void ReadAccess(in DirectiveCall call)
    {
        if (!call.SetOnce())
        {
            return;
        }

        for (var i = 0; i < call.Arguments.Count; i++)
        {
            if (call.Arguments[i].Split(':', 2) is not (["user" or "group" or "all", "rw" or "r"]))
            {
                call.Fail($"invalid value \"{call.Arguments[i]}\"", i);
                return;
            }
        }
    }

    private static void ReadComplex(in DirectiveCall call)
    {
        if (call.SetOnce())
        {
            ComplexText.Compile(call, 0);
        }
    }

    private static void ReadComplexSize(in DirectiveCall call)
    {
        if (call.SetOnce() && ComplexText.Compile(call, 0) && !call.Arguments[0].Contains('$') && NginxNumber.Size(call.Arguments[0]) is null)
        {
            call.Refuse("invalid value", 0);
        }
    }

    private static void ReadPredicates(in DirectiveCall call)
    {
        call.Block.TrySet(call.Name, call.Directive);
        for (var i = 0; i < call.Arguments.Count && ComplexText.Compile(call, i); i++)
        {
        }
    }

    /// <summary>ngx_http_types_slot; its default type is among the types from the start.</summary>
    private static void ReadTypes(in DirectiveCall call)
    {
        call.Block.TrySet(call.Name, call.Directive);
        var seen = call.Block.Get(Bitmasks);
        var first = call.Name == "xslt_types" ? "text/xml" : "text/html";
        if (!seen.Contains(call.Name + " *"))
        {
            seen.Add($"{call.Name} {first}");
        }

        for (var i = 0; i < call.Arguments.Count && !seen.Contains(call.Name + " *"); i++)
        {
            if (!seen.Add(call.Name + " " + call.Arguments[i].ToLowerInvariant()))
            {
                call.Warn($"duplicate MIME type \"{call.Arguments[i].ToLowerInvariant()}\"", i);
            }
        }
    }

    /// <summary>ngx_http_upstream_param_set_slot.</summary>
    private static void ReadParameter(in DirectiveCall call)
    {
        ReadRepeated(call);
        if (call.Arguments.Count == 3 && call.Arguments[2] != "if_not_empty")
        {
            call.Fail($"invalid parameter \"{call.Arguments[2]}\"", 2);
        }
    }

    private static void ReadRepeated(in DirectiveCall call) => call.Block.TrySet(call.Name, call.Directive);

    private static void ReadNothing(in DirectiveCall call)
    {
        // The module reads it itself, and how is not known here.
        call.Block.TrySet(call.Name, call.Directive);
    }

    private static bool Contains(IReadOnlyList<string> values, string value)
    {
        for (var i = 0; i < values.Count; i++)
        {
            if (string.Equals(values[i], value, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
