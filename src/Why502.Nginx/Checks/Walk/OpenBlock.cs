using Why502.Nginx.Directives;

namespace Why502.Nginx.Checks;

/// <summary>
/// A block as nginx has it while it reads: the configuration structures of its modules. What is set here is found by the
/// directive's name; what is in force here comes from the nearest block that has it.
/// </summary>
internal sealed class OpenBlock(DirectiveContexts kind, Directive? directive, OpenBlock? parent)
{
    private readonly Dictionary<string, Directive> own = new(StringComparer.Ordinal);
    private List<OpenBlock>? children;
    private SlotBag? slots;

    /// <summary>One bit: what may stand in this block.</summary>
    public DirectiveContexts Kind => kind;

    /// <summary>The block's own directive; null for the main level.</summary>
    public Directive? Directive => directive;

    public OpenBlock? Parent => parent;

    /// <summary>The blocks in it that have a context of their own, in order.</summary>
    public IReadOnlyList<OpenBlock> Children => children ?? (IReadOnlyList<OpenBlock>)[];

    /// <summary>Something in this block or in one of its blocks could not be understood, so conclusions from what is missing would be guesses.</summary>
    public bool IsIncomplete { get; private set; }

    /// <summary>The nearest enclosing block of these kinds, this one included.</summary>
    public OpenBlock? Enclosing(DirectiveContexts kinds)
    {
        var block = this;
        while (block is not null && (block.Kind & kinds) == 0)
        {
            block = block.Parent;
        }

        return block;
    }

    public IEnumerable<OpenBlock> ChildrenOf(DirectiveContexts kinds) => Children.Where(child => (child.Kind & kinds) != 0);

    /// <summary>The first directive that set this in this very block.</summary>
    public Directive? Own(string name) => own.GetValueOrDefault(name);

    /// <summary>The directive that decides here: this block's, or the nearest enclosing one's.</summary>
    public Directive? InForce(string name)
    {
        for (var block = this; block is not null; block = block.Parent)
        {
            if (block.own.TryGetValue(name, out var found))
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>False when it was set here before: nginx's "is duplicate".</summary>
    public bool TrySet(string name, Directive by) => own.TryAdd(name, by);

    public T Get<T>(Slot<T> slot)
        where T : class => (slots ??= new SlotBag()).Get(slot);

    public T? Peek<T>(Slot<T> slot)
        where T : class => slots?.Peek(slot);

    public void Set<T>(Slot<T> slot, T value)
        where T : class => (slots ??= new SlotBag()).Set(slot, value);

    public void Add(OpenBlock child) => (children ??= []).Add(child);

    public void MarkIncomplete()
    {
        for (var block = this; block is { IsIncomplete: false }; block = block.Parent)
        {
            block.IsIncomplete = true;
        }
    }
}
