using Why502.Nginx.Directives;

namespace Why502.Nginx.Checks;

/// <summary>Reads one directive as its module's setter does (ngx_command_t.set): checks it, and remembers what others need.</summary>
internal delegate void DirectiveReader(in DirectiveCall call);

/// <summary>What happens at a block's closing brace.</summary>
internal delegate void BlockFinisher(in BlockEnd end);

/// <summary>The reader of a directive in the contexts given. Modules that merely share a name have different contexts.</summary>
internal sealed record DirectiveHandler(string Name, DirectiveContexts Contexts, DirectiveReader Read);
