namespace Why502.Diagnosis;

public sealed partial class Scene
{
    private readonly Dictionary<(string Name, string Server), string> lookUps = [];

    /// <summary>What becomes of a look-up by one server ("" is the system's own way): not-found, timeout, server-failure, refused, unreachable.</summary>
    public Scene LooksUp(string name, string server, string code)
    {
        lookUps[(name, server)] = code;
        return this;
    }

    public Scene Accepts(string address) => Connects(address, ProbeOutcome.Ok);

    private ResolveFact? Answer(Resolve ask)
        => lookUps.TryGetValue((ask.Name, ask.Server), out var code) ? new(code, [], null, 1)
            : names.TryGetValue(ask.Name, out var addresses) ? new("ok", addresses, null, 1) { Answers = 3, FromHosts = hosts.Contains(ask.Name) }
            : null;
}
