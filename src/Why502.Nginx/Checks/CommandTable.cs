using Why502.Nginx.Directives;

namespace Why502.Nginx.Checks;

/// <summary>The directives of one nginx: the table, less what its version does not have and what is not compiled in or loaded.</summary>
internal sealed class CommandTable(NginxFacts facts, ModuleSet modules)
{
    private readonly Dictionary<string, KnownCommand> known = new(StringComparer.Ordinal);
    private int knownOfModules = modules.Revision;

    public KnownCommand Find(string name)
    {
        if (knownOfModules != modules.Revision)
        {
            known.Clear();
            knownOfModules = modules.Revision;
        }

        if (!known.TryGetValue(name, out var command))
        {
            known.Add(name, command = Resolve(name));
        }

        return command;
    }

    private KnownCommand Resolve(string name)
    {
        var available = new List<Command>();
        string? hint = null;
        foreach (var form in DirectiveTable.Find(name))
        {
            if (WhyNot(form) is { } reason)
            {
                hint ??= reason;
            }
            else
            {
                available.Insert(form.IsThirdParty ? available.Count : available.FindIndex(c => c.Form.IsThirdParty) is var at and >= 0 ? at : available.Count, new Command(form, DirectiveHandlers.ReaderOf(form)));
            }
        }

        return new KnownCommand(available, available.Count == 0 ? hint : null);
    }

    private string? WhyNot(DirectiveForm form)
    {
        if (form.Since is { } since && since > facts.Version && !facts.Backports.Contains(form.Name))
        {
            return $"known from nginx {since} on; this is {facts.Version}";
        }

        if (form.Removed is { } removed && removed <= facts.Version)
        {
            return $"nginx {removed} removed it; this is {facts.Version}";
        }

        return modules.WhyMissing(form);
    }
}
