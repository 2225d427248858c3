using Why502.Diagnosis;

namespace Why502.Cli.Verify;

/// <summary>A case in one line, for a transaction's screen: <c>GET /login  200   5 of 5, direct 200</c>.</summary>
internal static class CaseLine
{
    public static string Of(VerifyCase tried)
    {
        var what = tried.Path is { } path && tried.Through?.Attempts is not [{ Answer.Question: GrpcHealth }, ..] ? $"GET {path}" : tried.What;
        var nodes = tried.Nodes.Where(node => node is { Down: false, IsSeen: true }).ToList();
        var direct = nodes.Count switch
        {
            0 => "",
            1 => $"direct {nodes[0].Statuses[0].What}",
            _ when nodes.All(node => node.Works) => $"{nodes.Count} of {nodes.Count} servers answer",
            _ => string.Join(", ", nodes.Where(node => !node.Works).Take(3).Select(node => $"{node.Way} {node.Statuses[0].What}")),
        };
        if (tried.Through is not { Attempts.Count: > 0 } through)
        {
            return $"{what}  {(direct.Length > 0 ? direct : "not asked")}";
        }

        var ok = through.Count(AttemptEnd.Ok);
        return $"{what}  {string.Join('/', through.Statuses.Select(status => status.What))}   {ok} of {through.Attempts.Count}{(direct.Length > 0 ? ", " + direct : "")}";
    }
}
