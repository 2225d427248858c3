using Why502.Nginx.Directives;

namespace Why502.Nginx.Checks;

/// <summary>Which modules this nginx has: compiled in, and loaded by the configuration.</summary>
internal sealed class ModuleSet(NginxFacts facts)
{
    private readonly HashSet<string> loaded = new(StringComparer.Ordinal);

    /// <summary>Changes with every module that is loaded.</summary>
    public int Revision { get; private set; }

    /// <summary>A module was loaded, or compiled in from elsewhere, whose directives and variables nobody knows here.</summary>
    public bool HasUnknown { get; private set; } = facts.Option("add-module") is not null;

    /// <summary>Null when the module is there, else a sentence for the reader.</summary>
    public string? WhyMissing(DirectiveForm form)
    {
        if (!facts.IsBuildKnown)
        {
            return null;
        }

        if (!form.IsThirdParty)
        {
            return BuiltInModules.WhyMissing(form.Module, facts, loaded);
        }

        return loaded.Contains(NameOf(form)) || IsCompiledIn(form) ? null : $"it belongs to {form.Module}, which is not loaded";
    }

    /// <summary>load_module: the file's name tells the module.</summary>
    /// <returns>False when it was loaded before.</returns>
    public bool Load(string module)
    {
        Revision++;
        // Other makers' modules bring variables of their own, and their directives may be newer than our table.
        HasUnknown |= !module.StartsWith("ngx_stream_", StringComparison.Ordinal) && !module.StartsWith("ngx_mail_", StringComparison.Ordinal)
            && BuiltInModules.WhyMissing(module, facts, new HashSet<string>()) is null;
        return loaded.Add(module);
    }

    private static string NameOf(DirectiveForm form) => form.Module.Split(' ')[0];

    /// <summary>--add-module names a folder, which is the repository's as a rule.</summary>
    private bool IsCompiledIn(DirectiveForm form)
    {
        var repository = form.Module[(form.Module.LastIndexOf('/') + 1)..^1];
        return facts.Option("add-module") is { } folders && folders.Contains(repository, StringComparison.OrdinalIgnoreCase);
    }
}
