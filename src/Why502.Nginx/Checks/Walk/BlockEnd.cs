namespace Why502.Nginx.Checks;

/// <summary>The closing brace of a block, where nginx merges and completes what it has read. Messages are placed on the brace's line.</summary>
internal readonly struct BlockEnd(CheckWalk walk, OpenBlock block)
{
    public OpenBlock Block => block;

    public SlotBag Shared => walk.Shared;

    public ICheckWorld World => walk.World;

    public NginxFacts Facts => walk.Facts;

    public NginxConfiguration Configuration => walk.Configuration;

    /// <summary>A module is loaded that may define directives and variables nobody knows here.</summary>
    public bool HasUnknownModules => walk.Modules.HasUnknown;

    public void Fail(string message, string? hint = null) => walk.FailAt(block.Directive!.EndAt, message, hint);

    /// <summary>ngx_log_error with a place of its own in the message, such as that of the duplicate location.</summary>
    public void FailAt(SourceLine place, string message, string? hint = null) => walk.FailAt(place, message, hint);

    /// <summary>ngx_log_error without a file: nginx names no place.</summary>
    public void FailNowhere(string message, string? hint = null, Directive? guess = null) => walk.FailNowhere(message, hint, guess);

    public void Warn(string message) => walk.WarnAt(block.Directive!.EndAt, message);

    public void WarnAt(SourceLine place, string message) => walk.WarnAt(place, message);

    public string FullName(string path, bool configuration = false) => walk.FullName(path, configuration);
}
