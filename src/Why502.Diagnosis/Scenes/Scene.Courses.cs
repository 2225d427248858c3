namespace Why502.Diagnosis;

/// <summary>When things began on a machine of words, and whether nginx runs at all. Its failures were logged a minute ago.</summary>
public sealed partial class Scene
{
    private DateTimeOffset? workersStartedAt = Now.AddDays(-1);

    /// <summary>Requests that were answered after the failures, and none before.</summary>
    public Scene AnsweredSince(string path, int status, string upstream, double seconds, long count)
    {
        Answered(path, status, upstream, seconds, count);
        access[^1] = access[^1] with { First = Now.AddSeconds(-50) };
        return this;
    }

    /// <summary>Answers that ended in one second, a minute ago, so long after they had begun.</summary>
    public Scene EndedTogether(string path, string upstream, double seconds, long count)
    {
        Answered(path, 200, upstream, seconds, count);
        access[^1] = access[^1] with { First = Now.AddMinutes(-1), Last = Now.AddMinutes(-1) };
        return this;
    }

    /// <summary>Directives of the main context.</summary>
    public Scene AtTop(string directives)
    {
        configuration = $"{directives} {configuration}";
        return this;
    }

    /// <summary>nginx was told to reload so long before its failures.</summary>
    public Scene Reloaded(int secondsBefore)
    {
        workersStartedAt = Now.AddMinutes(-1).AddSeconds(-secondsBefore);
        return this;
    }

    /// <summary>nginx does not run.</summary>
    public Scene Stopped()
    {
        workersStartedAt = null;
        return this;
    }

    /// <summary>A worker that the listener's first process has forked since, with the socket that it got from it.</summary>
    public Scene Forks(string address, int pid, int secondsAgo)
    {
        var place = tcp.FindIndex(listener => $"{listener.Address}:{listener.Port}" == address);
        var parent = tcp[place].Processes[0];
        tcp[place] = tcp[place] with { Processes = [.. tcp[place].Processes, parent with { Pid = pid, ParentPid = parent.Pid, StartedAt = Now.AddSeconds(-secondsAgo) }] };
        return this;
    }
}
