using Why502.Diagnosis;
using Why502.Diagnosis.Readings;
using Why502.Nginx;

namespace Why502.Cli.Verify;

/// <summary>Runs one case: round by round, first through nginx and then straight to every server, so that each way is tried before any is tried twice.</summary>
internal sealed class CaseRun(Asker asker, TimeProvider time, Action<string> say, int? attempts)
{
    /// <summary>Rounds through nginx beyond the wanted ones, so that each server of a group has its turn.</summary>
    private const int TurnsMax = 20;

    /// <summary>A failure that took longer is not repeated: it would only take as long again.</summary>
    private static readonly TimeSpan LongFailure = TimeSpan.FromSeconds(2);

    /// <summary>How long a server is asked directly after nginx's own time-out has proven the failure.</summary>
    private static readonly TimeSpan AfterTimeout = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan LeastPatience = TimeSpan.FromMilliseconds(50);

    private readonly List<(VerifyRow Row, Func<TimeSpan, Question> Question)> straight = [];
    private bool timedOut;

    public async Task<VerifyCase> RunAsync(CaseTarget target, CaseBudget budget, CancellationToken cancellation)
    {
        if (target.Plan is not { } plan)
        {
            return await UnknownAsync(target.Url!, budget, cancellation).ConfigureAwait(false);
        }

        var nodes = plan.Location is null ? [] : await new NodeList(asker).OfAsync(plan, cancellation).ConfigureAwait(false);
        var tried = CaseOf(plan, nodes);
        var wanted = Wanted(plan, tried);
        if (plan.Path.Length > 0)
        {
            tried.Through = new("through nginx") { Wanted = Math.Max(wanted, Math.Min(Turns(plan, nodes), TurnsMax)), Limit = tried.Limit, Restraint = ThroughQuestion(plan, budget.Left) is null ? Unreachable(plan) : null };
        }

        foreach (var node in nodes)
        {
            tried.Nodes.Add(RowOf(plan, node, wanted));
        }

        tried.Needs = (tried.Limit?.Proof ?? TimeSpan.Zero) + (tried.Nodes.Count > 0 ? AfterTimeout : TimeSpan.Zero);
        var rounds = tried.Rows.Select(row => row.Wanted).DefaultIfEmpty().Max();
        for (var round = 0; round < rounds && !cancellation.IsCancellationRequested; round++)
        {
            Say(tried, round, rounds);
            if (tried.Through is { Restraint: null } through && round < through.Wanted)
            {
                await AttemptAsync(through, patience => ThroughQuestion(plan, patience)!, budget, cancellation).ConfigureAwait(false);
            }

            // One at a time to each server, different servers at once.
            await Task.WhenAll(straight.Where(item => round < item.Row.Wanted).Select(item => AttemptAsync(item.Row, item.Question, budget, cancellation))).ConfigureAwait(false);
        }

        return tried;
    }

    /// <summary>No configuration knows it, or none can be read: the URL itself is all there is.</summary>
    private async Task<VerifyCase> UnknownAsync(Uri url, CaseBudget budget, CancellationToken cancellation)
    {
        var row = new VerifyRow("at the URL") { Wanted = attempts ?? ProofRequest.AttemptsDefault };
        var tried = new VerifyCase(CasePlan.Shown(url), null) { Path = url.AbsolutePath, Through = row, Notes = { "no nginx configuration that could be read here has a server for it: only the URL itself is asked" } };
        for (var round = 0; round < row.Wanted && !cancellation.IsCancellationRequested; round++)
        {
            Say(tried, round, row.Wanted);
            await AttemptAsync(row, patience => new GetThroughNginx(url.AbsoluteUri, Milliseconds(patience)), budget, cancellation).ConfigureAwait(false);
        }

        return tried;
    }

    private static VerifyCase CaseOf(CasePlan plan, IReadOnlyList<Node> nodes)
    {
        var location = plan.Location;
        var tried = new VerifyCase(plan.What, (location?.At ?? plan.Server.At).ToString())
        {
            Path = plan.Path.Length > 0 ? plan.Path : null,
            Group = location?.Group?.Name,
            Limit = location is null ? null : WaitLimit.Of(location, [.. nodes.Where(node => !node.Peer.Down).Select(node => node.Dial)]),
        };
        if (location is null)
        {
            tried.Notes.Add("nginx answers this itself: no upstream is asked");
            return tried;
        }

        if (nodes.Count == 0)
        {
            tried.Notes.Add("the upstream's address is in a variable, so no server could be asked directly");
        }

        if (location.Kind == PassKind.Grpc && plan.Path.Length > 0)
        {
            tried.Notes.Add(plan.CallsHealth ? $"asked by a call of {GrpcHealth.Path}: which of the app's own methods may be called nobody here knows"
                : $"the servers are asked by a call of {GrpcHealth.Path}; {(plan.TakesHttp2 ? "through nginx that path goes elsewhere" : "this server takes no HTTP/2")}, so nginx is asked by GET");
        }

        if (location.Effective($"{location.DirectivePrefix}_cache").Value is { } cache && cache != "off")
        {
            tried.Notes.Add($"{location.DirectivePrefix}_cache is in force: an answer through nginx may come from the cache");
        }

        return tried;
    }

    /// <summary>A rate limit that the user set must not be what fails here.</summary>
    private int Wanted(CasePlan plan, VerifyCase tried)
    {
        if (attempts is { } given)
        {
            return given;
        }

        var limited = plan.Location?.Effective("limit_req").IsSet == true;
        if (limited)
        {
            tried.Notes.Add("limit_req is in force, so it was asked once; -n N asks more often");
        }

        return limited || plan.Url is null ? 1 : ProofRequest.AttemptsDefault;
    }

    /// <summary>Round robin comes to each server once in as many requests as the weights add up to; other ways of choosing owe nobody a turn.</summary>
    private int Turns(CasePlan plan, IReadOnlyList<Node> nodes)
        => attempts is not null || plan.Location?.Group?.Balancing is not null || nodes.Any(node => node.Peer.Weight > 1) ? 1 : nodes.Count(node => !node.Peer.Down && !node.Peer.Backup);

    private VerifyRow RowOf(CasePlan plan, Node node, int wanted)
    {
        var isRequest = node.Ask is { Cost: Cost.Request };
        var row = new VerifyRow(node.Address)
        {
            Straight = true,
            Name = node.Name,
            Backup = node.Peer.Backup,
            Down = node.Peer.Down,
            Restraint = node.Restraint,
            Wanted = node.Ask is null ? 0 : isRequest ? wanted : 1,
            BufferBytes = isRequest ? plan.Location!.BufferSize : null,
            Limit = WaitLimit.OfOne(plan.Location!),
        };
        if (node.Ask is { } ask)
        {
            straight.Add((row, patience => isRequest ? UpstreamRequest.Of(plan, node.Address, Milliseconds(patience)) : ask));
        }

        return row;
    }

    private async Task AttemptAsync(VerifyRow row, Func<TimeSpan, Question> question, CaseBudget budget, CancellationToken cancellation)
    {
        var left = budget.Left;
        row.OutOfTime |= left < LeastPatience && row.Attempts.Count == 0;
        if (left < LeastPatience || cancellation.IsCancellationRequested || (row.Attempts.Count > 0 && !MayRepeat(row, left)))
        {
            return;
        }

        var needed = row.Limit?.Proof ?? left;
        var patience = row.Straight && timedOut && needed > AfterTimeout ? AfterTimeout : needed;
        patience = patience < left ? patience : left;
        var began = time.GetTimestamp();
        var answer = await asker.AskAnewAsync(question(patience), cancellation).ConfigureAwait(false);
        var attempt = new Attempt(answer, patience, row.Limit is { } limit && patience < limit.Longest);
        row.Attempts.Add(attempt);
        if (attempt.End == AttemptEnd.Open)
        {
            row.ProvenBy = row.Limit!.ProvenBy(budget.Spent - time.GetElapsedTime(began) + budget.Others);
        }

        timedOut |= !row.Straight && attempt.End is AttemptEnd.Failed && time.GetElapsedTime(began) > LongFailure;
    }

    private static bool MayRepeat(VerifyRow row, TimeSpan left)
    {
        var last = row.Attempts[^1];
        var took = TimeSpan.FromMilliseconds(last.TookMs ?? 0);
        return last.End switch
        {
            AttemptEnd.Ok => took * 1.5 < left,
            AttemptEnd.Failed => took < LongFailure,
            _ => false,
        };
    }

    private static string Unreachable(CasePlan plan)
        => plan.Instance.NetworkThrough != 0 ? "not asked: nginx is in another network namespace (a container); give a URL that leads there" : "not asked: it listens nowhere that could be asked";

    /// <summary>To the address this nginx listens on, whatever the name resolves to: a load balancer's answer would prove nothing.</summary>
    private static Question? ThroughQuestion(CasePlan plan, TimeSpan patience)
    {
        if (plan.Instance.NetworkThrough != 0)
        {
            return plan.Url is { } url ? new GetThroughNginx(url.AbsoluteUri, Milliseconds(patience)) : null;
        }

        if (plan.Listen is not { } listen || (listen.IsUnix && plan.Instance.FilesThrough != 0))
        {
            return null;
        }

        var address = listen.Address.StartsWith("0.0.0.0:", StringComparison.Ordinal) ? $"127.0.0.1:{listen.Port}"
            : listen.Address.StartsWith("[::]:", StringComparison.Ordinal) ? $"[::1]:{listen.Port}"
            : listen.Address;
        if (plan.CallsHealth)
        {
            return new GrpcHealth(address, listen.Ssl ? "grpcs" : "grpc", plan.Host, Milliseconds(patience)) { ServerName = CasePlan.NameOf(plan.Host), AnnouncesProxy = listen.ProxyProtocol };
        }

        return new HttpGet(address, listen.Ssl ? "https" : "http", plan.Host, plan.Path, plan.IsHttp2Alone && !plan.Upgrades ? "2" : "1.1", Milliseconds(patience))
        {
            ServerName = CasePlan.NameOf(plan.Host),
            Query = plan.Query,
            AnnouncesProxy = listen.ProxyProtocol,
            Upgrades = plan.Upgrades,
        };
    }

    private void Say(VerifyCase tried, int round, int rounds)
    {
        var limit = tried.Limit is { } wait && wait.Longest >= LongFailure ? $", up to {Words.Seconds(wait.Longest)} if it hangs ({wait.Directive})" : "";
        say($"asking {tried.What}{(tried.Path is null ? "" : $" GET {tried.Path}")}: {round + 1} of {rounds}{limit} …");
    }

    private static int Milliseconds(TimeSpan patience) => (int)Math.Clamp(patience.TotalMilliseconds, 1, int.MaxValue);
}
