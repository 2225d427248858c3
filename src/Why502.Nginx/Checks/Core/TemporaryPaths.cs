using Why502.Nginx.Checks.Http;

namespace Why502.Nginx.Checks;

/// <summary>The directories for temporary files that nginx makes at its start.</summary>
internal static class TemporaryPaths
{
    public static void Add(in DirectiveCall call) => Paths.Add(call, call.Arguments[0], string.Join(':', call.Arguments.Skip(1)), isCache: false);
}
