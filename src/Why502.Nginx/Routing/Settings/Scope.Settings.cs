namespace Why502.Nginx.Routing;

/// <summary>What the modules keep per location.</summary>
internal sealed partial class Scope
{
    private IReadOnlyList<RewriteStep>? rewrites;
    private IReadOnlyList<ErrorPage>? errorPages;
    private IReadOnlyList<Script>? indexes;
    private IReadOnlyList<TryFile>? tryFiles;
    private IReadOnlyList<(bool Deny, AddressRule Rule)>? accessRules;
    private RootPath? root;
    private ContentHandler? handler;
    private LimitedMethods? limited;

    /// <summary>The rewrite module's code, in order.</summary>
    public IReadOnlyList<RewriteStep> Rewrites => rewrites ??= RewriteStep.Read(this, Block.Block ?? []);

    public IReadOnlyList<ErrorPage> ErrorPages => errorPages ??= [.. AllInForce("error_page").SelectMany(ErrorPage.Read)];

    public bool RecursiveErrorPages => Flag("recursive_error_pages", false);

    public bool IsInternal => InForce("internal") is not null;

    public RootPath Root => root ??= RootPath.Read(this);

    public IReadOnlyList<Script> Indexes => indexes ??= ReadIndexes();

    /// <summary>Not inherited: the module has no merge function.</summary>
    public IReadOnlyList<TryFile> TryFiles => tryFiles ??= TryFile.Read(Block.LastChild("try_files"));

    public IReadOnlyList<(bool Deny, AddressRule Rule)> AccessRules => accessRules ??=
    [
        .. AllInForce("allow", "deny").Where(d => d.Arguments.Count > 0)
            .Select(d => (d.Is("deny"), AddressRule.TryParse(d.Arguments[0])))
            .Where(r => r.Item2 is not null).Select(r => (r.Item1, r.Item2!)),
    ];

    /// <summary>clcf->handler: what answers here; inherited only by <c>limit_except</c>, through its module's merge function.</summary>
    public ContentHandler Handler => handler ??= ContentHandler.Read(this);

    public LimitedMethods? Limited => Children.LimitExcept is { } scope ? limited ??= new LimitedMethods(scope) : null;

    /// <summary>The pass of this kind that holds here: nameless scopes take the one around when they have none (ngx_http_proxy_merge_loc_conf).</summary>
    public Directive? PassOf(string name)
    {
        var scope = this;
        while (scope.Block.LastChild(name) is null && scope.IsNameless && scope.Parent is not null)
        {
            scope = scope.Parent;
        }

        return scope.Block.LastChild(name);
    }

    /// <summary>The scope a directive stands in.</summary>
    public Scope Holder(Directive directive)
    {
        var scope = this;
        while (!ReferenceEquals(directive.Parent, scope.Block) && scope.Parent is not null)
        {
            scope = scope.Parent;
        }

        return scope;
    }

    private List<Script> ReadIndexes()
    {
        var written = AllInForce("index").SelectMany(d => ByteText.Words(d).Skip(1)).Select(w => Script.Compile(w)).ToList();
        return written.Count > 0 ? written : [Script.Compile("index.html")];
    }
}
