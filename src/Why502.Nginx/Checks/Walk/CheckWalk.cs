using Why502.Nginx.Directives;
using Why502.Nginx.Syntax;

namespace Why502.Nginx.Checks;

/// <summary>
/// Walks a configuration in the order in which nginx reads and executes it (ngx_conf_parse, ngx_conf_handler): the first mistake
/// it meets is the one nginx stops at. It goes on behind it, to show the others too.
/// </summary>
internal sealed partial class CheckWalk
{
    private readonly CommandTable commands;
    private readonly SyntaxCursor syntax;
    private readonly List<ConfigurationFile> openFiles = [];

    // What the reader of the block directive at hand asked for by Enter or EnterLines.
    private OpenBlock? entered;
    private DirectiveReader? enteredLines;
    private BlockFinisher? enteredFinish;

    // Where we are, for an include inside of a block with lines of its own.
    private OpenBlock? currentBlock;
    private DirectiveReader? currentLines;

    public CheckWalk(NginxConfiguration configuration, NginxFacts facts, ICheckWorld world)
    {
        Configuration = configuration;
        Facts = facts;
        World = world;
        Modules = new ModuleSet(facts);
        commands = new CommandTable(facts, Modules);
        syntax = new SyntaxCursor(this);
    }

    public NginxConfiguration Configuration { get; }

    public NginxFacts Facts { get; }

    public ICheckWorld World { get; }

    public ModuleSet Modules { get; }

    public SlotBag Shared { get; } = new();

    /// <summary>Reads a file's directives into a block, as the content of the main file or of an included one.</summary>
    public void ReadFile(ConfigurationFile file, IReadOnlyList<Directive> written, OpenBlock block, DirectiveReader? lines)
    {
        openFiles.Add(file);
        ReadAll(written, block, lines);
        syntax.ReportUntil(file, int.MaxValue);
        openFiles.RemoveAt(openFiles.Count - 1);
    }

    /// <summary>Where this nginx takes a directive; none for one it does not know.</summary>
    public DirectiveContexts ContextsOf(string name) =>
        commands.Find(name).Available.Aggregate(DirectiveContexts.None, (all, command) => all | command.Form.Contexts);

    public OpenBlock Enter(OpenBlock block, BlockFinisher? finish)
    {
        entered = block;
        enteredLines = null;
        enteredFinish = finish;
        block.Parent?.Add(block);
        return block;
    }

    public OpenBlock EnterLines(OpenBlock block, DirectiveReader line, BlockFinisher? finish)
    {
        entered = block;
        enteredLines = line;
        enteredFinish = finish;
        return block;
    }

    public void FollowInclude(Directive directive)
    {
        if (Configuration.InclusionsOf(directive) is not { } inclusions)
        {
            return;
        }

        var (block, lines) = (currentBlock!, currentLines);
        foreach (var inclusion in inclusions)
        {
            if (inclusion.File is null)
            {
                ReportMissing(directive, inclusion);
                block.MarkIncomplete();
            }
            else if (inclusion.Written is not null)
            {
                ReadFile(inclusion.File, inclusion.Written, block, lines);
            }
        }

        (currentBlock, currentLines) = (block, lines);
    }

    private void ReportMissing(Directive directive, Inclusion inclusion)
    {
        if (inclusion.FailedReading)
        {
            FailNowhere(inclusion.Failure!, "to include the files in a directory, name them: DIRECTORY/*.conf", directive);
        }
        else
        {
            Fail(directive, inclusion.Failure!, 0, null);
        }
    }

    public string FullName(string path, bool configuration)
    {
        if (path.StartsWith('/'))
        {
            return path;
        }

        return (configuration ? Configuration.MainFile[..(Configuration.MainFile.LastIndexOf('/') + 1)] : Configuration.Prefix) + path;
    }

    private void ReadAll(IReadOnlyList<Directive> directives, OpenBlock block, DirectiveReader? lines)
    {
        (currentBlock, currentLines) = (block, lines);
        for (var i = 0; i < directives.Count; i++)
        {
            var directive = directives[i];
            syntax.ReportUntil(directive.File, SyntaxCursor.TerminatorOf(directive));
            if (lines is not null)
            {
                ReadLine(directive, block, lines);
            }
            else
            {
                Read(directive, block);
            }
        }
    }

    /// <summary>cf->handler in ngx_conf_parse: the block's own reader sees every line.</summary>
    private void ReadLine(Directive directive, OpenBlock block, DirectiveReader lines)
    {
        if (directive.BodySpan is not null)
        {
            if (directive.Name.Length > 0)
            {
                Fail(directive, "unexpected \"{\"", -1, null);
            }

            Skip(directive, block);
            return;
        }

        lines(new DirectiveCall(this, directive, block, null));
    }

    /// <summary>ngx_conf_handler.</summary>
    private void Read(Directive directive, OpenBlock block)
    {
        if (directive.Name.Length == 0 && directive.NameSpan.Length == 0 && directive.BodySpan is not null)
        {
            // The nameless block was reported as a mistake of the text.
            Skip(directive, block);
            return;
        }

        var known = commands.Find(directive.Name);
        var command = known.In(block.Kind);
        if (command is null)
        {
            Refuse(directive, block, known);
            Skip(directive, block);
            return;
        }

        if (Misfit(directive, command.Form) is { } misfit)
        {
            Fail(directive, misfit, -1, null);
            block.MarkIncomplete();
            Skip(directive, block);
            return;
        }

        entered = null;
        command.Read(new DirectiveCall(this, directive, block, command.Form));
        if (directive.BodySpan is not null)
        {
            ReadBody(directive, block);
        }
    }

    private void ReadBody(Directive directive, OpenBlock block)
    {
        if (entered is not { } body)
        {
            Skip(directive, block);
            return;
        }

        var (lines, finish) = (enteredLines, enteredFinish);
        entered = null;
        ReadAll(directive.Written ?? [], body, lines);
        (currentBlock, currentLines) = (block, null);
        syntax.ReportUntil(directive.File, SyntaxCursor.EndOf(directive));
        if (SyntaxCursor.IsClosed(directive))
        {
            finish?.Invoke(new BlockEnd(this, body));
        }
        else
        {
            block.MarkIncomplete();
        }
    }

    /// <summary>What is inside of a block that nobody knows is not judged; mistakes of the text still are.</summary>
    private void Skip(Directive directive, OpenBlock block)
    {
        if (directive.BodySpan is not null)
        {
            block.MarkIncomplete();
            syntax.ReportUntil(directive.File, SyntaxCursor.EndOf(directive));
        }
    }

    private static string? Misfit(Directive directive, DirectiveForm form)
    {
        var hasBlock = directive.BodySpan is not null;
        if (hasBlock != form.IsBlock)
        {
            return hasBlock ? $"directive \"{directive.Name}\" is not terminated by \";\"" : $"directive \"{directive.Name}\" has no opening \"{{\"";
        }

        return ArgumentRule.Allows(form.Arguments, directive.ArgumentCount) ? null : $"invalid number of arguments in \"{directive.Name}\" directive";
    }
}
