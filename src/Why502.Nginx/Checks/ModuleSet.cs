using Why502.Nginx.Directives;

namespace Why502.Nginx.Checks;

/// <summary>Which modules this nginx has: compiled in, and loaded by the configuration.</summary>
internal sealed class ModuleSet(NginxFacts facts)
{
    private readonly HashSet<string> loaded = new(StringComparer.Ordinal);

    /// <summary>Changes with every module that is loaded.</summary>
    public int Revision { get; private set; }

    /// <summary>A module was loaded whose directives nobody knows here.</summary>
    public bool HasUnknown { get; private set; }

    /// <summary>Null when the module is there, else a sentence for the reader.</summary>
    public string? WhyMissing(DirectiveForm form)
    {
        if (!facts.IsBuildKnown || loaded.Contains(form.Module.Split(' ')[0]))
        {
            return null;
        }

        return form.IsThirdParty ? $"it belongs to {form.Module}, which is not loaded" : null;
    }

    /// <summary>load_module: the file's name tells the module.</summary>
    public void Load(string module)
    {
        loaded.Add(module);
        Revision++;
    }

    public void LoadUnknown() => HasUnknown = true;
}
