using Why502.Nginx.Checks.Http;
using Why502.Nginx.Directives;

namespace Why502.Nginx.Checks;

/// <summary>Who reads which directive. A directive that is not listed is read by its type (<see cref="GenericReaders"/>).</summary>
internal static class DirectiveHandlers
{
    private static readonly Lazy<Dictionary<string, DirectiveHandler[]>> ByName = new(Load);

    public static DirectiveReader ReaderOf(DirectiveForm form)
    {
        if (!form.IsThirdParty && ByName.Value.TryGetValue(form.Name, out var handlers))
        {
            foreach (var handler in handlers)
            {
                if ((handler.Contexts & form.Contexts) != 0)
                {
                    return handler.Read;
                }
            }
        }

        return GenericReaders.Of(form);
    }

    private static Dictionary<string, DirectiveHandler[]> Load()
    {
        DirectiveHandler[] all = [.. MainHandlers.All, .. HttpHandlers.All, .. BlockHandlers.All];
        return all.GroupBy(handler => handler.Name, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);
    }
}
