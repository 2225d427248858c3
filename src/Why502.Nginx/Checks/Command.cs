using Why502.Nginx.Directives;

namespace Why502.Nginx.Checks;

/// <summary>A directive as one module of this nginx has it, and who reads it.</summary>
internal sealed record Command(DirectiveForm Form, DirectiveReader Read);

/// <summary>All that this nginx knows of a name.</summary>
/// <param name="Available">In the order in which ngx_conf_handler asks the modules.</param>
/// <param name="Hint">Why nobody knows it, when that can be told.</param>
internal sealed record KnownCommand(IReadOnlyList<Command> Available, string? Hint)
{
    public Command? In(DirectiveContexts context)
    {
        for (var i = 0; i < Available.Count; i++)
        {
            if ((Available[i].Form.Contexts & context) != 0)
            {
                return Available[i];
            }
        }

        return null;
    }
}
