namespace Why502.Nginx.Checks;

/// <summary>The variables of http or stream: those that are there from the start, those that directives make, and those that are used.</summary>
internal sealed class Variables
{
    private readonly Dictionary<string, Variable> known;
    private readonly List<string> prefixes;
    private readonly Dictionary<string, Directive?> used = new(StringComparer.Ordinal);
    private readonly List<string> inOrder = [];

    public Variables(VariableKind kind)
    {
        known = [];
        prefixes = [];
        foreach (var variable in VariableTable.Of(kind))
        {
            if (variable.IsPrefix)
            {
                prefixes.Add(variable.Name);
            }
            else
            {
                known[variable.Name] = variable;
            }
        }
    }

    public static Slot<Variables> OfHttp { get; } = new(() => new Variables(VariableKind.Http));

    public static Slot<Variables> OfStream { get; } = new(() => new Variables(VariableKind.Stream));

    /// <summary>ngx_http_get_variable_index: remembered, and looked for at the end. Names are compared without case.</summary>
    public void Use(string name, Directive? by)
    {
        var lower = name.ToLowerInvariant();
        if (used.TryAdd(lower, by))
        {
            inOrder.Add(lower);
        }
    }

    /// <summary>
    /// ngx_http_add_variable for <c>set</c>, <c>map</c>, <c>geo</c> and their likes: false when nginx keeps the variable to itself, which
    /// is then said. The name is without its <c>$</c>.
    /// </summary>
    public bool Define(in DirectiveCall call, string name, int argument, bool changeable = true)
    {
        if (name.Length == 0)
        {
            call.Fail("invalid variable name \"$\"", argument);
            return false;
        }

        var lower = name.ToLowerInvariant();
        if (known.TryGetValue(lower, out var variable))
        {
            if (variable.IsChangeable)
            {
                return true;
            }

            call.Fail($"the duplicate \"{name}\" variable", argument);
            return false;
        }

        known.Add(lower, new Variable(lower, "", changeable, false, null));
        return true;
    }

    public bool IsKnown(string name) => known.ContainsKey(name) || prefixes.Exists(prefix => name.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>ngx_http_variables_init_vars: what is used and nobody defines, in the order of first use.</summary>
    public IEnumerable<(string Name, Directive? By)> Unknown() =>
        inOrder.Where(name => !IsKnown(name)).Select(name => (name, used[name]));

    public IEnumerable<string> Names => known.Keys;
}
