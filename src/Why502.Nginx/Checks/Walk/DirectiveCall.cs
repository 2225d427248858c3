using Why502.Nginx.Directives;

namespace Why502.Nginx.Checks;

/// <summary>
/// A directive at the moment nginx reads it: its name, place and number of arguments are right. Messages are placed on
/// the line of its terminator, as ngx_conf_log_error does.
/// </summary>
internal readonly struct DirectiveCall(CheckWalk walk, Directive directive, OpenBlock block, DirectiveForm? form)
{
    public Directive Directive => directive;

    /// <summary>The block it stands in.</summary>
    public OpenBlock Block => block;

    /// <summary>The table's line about it; null for a line of a block such as <c>types {}</c>.</summary>
    public DirectiveForm? Form => form;

    public string Name => directive.Name;

    /// <summary>nginx's value[1] and on.</summary>
    public IReadOnlyList<string> Arguments => directive.Arguments;

    /// <summary>What is kept for the whole configuration.</summary>
    public SlotBag Shared => walk.Shared;

    public ICheckWorld World => walk.World;

    public NginxFacts Facts => walk.Facts;

    public NginxConfiguration Configuration => walk.Configuration;

    /// <summary>ngx_conf_log_error(NGX_LOG_EMERG): nginx stops here.</summary>
    /// <param name="argument">The argument at fault, for the column; -1 for the directive.</param>
    public void Fail(string message, int argument = -1, string? hint = null) => walk.Fail(directive, message, argument, hint);

    /// <summary>ngx_log_error with a place of its own in the message.</summary>
    public void FailAt(SourceLine place, string message, string? hint = null) => walk.FailAt(place, message, hint);

    /// <summary>The setter returned a text: <c>"NAME" directive TEXT</c>; in a block with lines of its own, the text alone.</summary>
    public void Refuse(string text, int argument = -1, string? hint = null) =>
        walk.Fail(directive, form is null ? text : $"\"{directive.Name}\" directive {text}", argument, hint);

    public void Warn(string message, int argument = -1) => walk.Warn(directive, message, argument);

    /// <summary>False, with "is duplicate" said, when this directive (or the field it shares with others) was set in this block before.</summary>
    public bool SetOnce(string? field = null)
    {
        if (block.TrySet(field ?? directive.Name, directive))
        {
            return true;
        }

        Refuse("is duplicate");
        return false;
    }

    /// <summary>Reads the block's directives in a context; without a call to one of these the block's content is passed over.</summary>
    public OpenBlock Enter(DirectiveContexts context, BlockFinisher? finish = null) => walk.Enter(new OpenBlock(context, directive, block), finish);

    /// <summary>Hands each line of the block to a reader, as cf->handler does for <c>types</c>, <c>map</c> and their likes; a <c>{</c> is then unexpected.</summary>
    public OpenBlock EnterLines(DirectiveReader line, BlockFinisher? finish = null) => walk.EnterLines(new OpenBlock(DirectiveContexts.None, directive, block), line, finish);

    /// <summary>In a block with lines of its own: this line is an <c>include</c> (ngx_conf_include).</summary>
    public void FollowInclude() => walk.FollowInclude(directive);

    /// <summary>load_module; false when the module was loaded before.</summary>
    public bool LoadModule(string module) => walk.Modules.Load(module);

    /// <summary>ngx_conf_full_name: relative to the prefix, or with <paramref name="configuration"/> to the folder of the main file.</summary>
    public string FullName(string path, bool configuration = false) => walk.FullName(path, configuration);
}
