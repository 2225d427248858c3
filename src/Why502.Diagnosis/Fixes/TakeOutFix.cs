using Why502.Diagnosis.Readings;
using Why502.Nginx;

namespace Why502.Diagnosis;

/// <summary>
/// A server of a group that nobody reaches, marked <c>down</c> while others of the group answer: no request waits for it any more. A stop-gap, because
/// the group has one server less and nginx does not take it back by itself.
/// </summary>
internal static class TakeOutFix
{
    /// <summary>Null where the group has no other server that answers now, where the server is written by a name, or where no probe from here fails.</summary>
    public static Fix? Of(Incident incident, Observations seen)
    {
        if (incident.Instance.FromFiles || incident.Configuration is not { } configuration || incident.Peer is not { } peer || (incident.Location?.Group ?? incident.Group) is not { IsStream: false } group
            || group.Peers.Where(server => server.Endpoint?.ToString() == peer.ToString()).ToList() is not [{ Down: false, Directive: { } server, Endpoint.IsName: false }])
        {
            return null;
        }

        var probed = Probe(peer);
        var others = group.Peers.Where(other => other is { Down: false, Drain: false, Endpoint.IsName: false } && other.Directive != server && Probe(other.Endpoint) == ProbeOutcome.Ok).ToList();
        if (probed is null or ProbeOutcome.Ok || others.Count == 0)
        {
            return null;
        }

        var taking = string.Join(", ", others.Take(4).Select(other => other.Written + (other.Backup ? " (backup)" : "")));
        return new Fix
        {
            Summary = $"A stop-gap: mark {peer} down in upstream {group.Name}, so that no request waits for it. {taking} {(others.Count == 1 ? "answers" : "answer")} and {(others.Count == 1 ? "takes" : "take")} its part.",
            Edits = ConfigurationEdit.Apply(configuration, new Edit.SetArguments(server, [.. server.Arguments, "down"])).Files,
            Steps =
            [
                new($"The repair itself is at {peer}: see that its host is up, that the address is still its own and that nothing on the way filters the port. When it answers again: why502 fix --undo."),
                RetargetFix.Reload(incident, "Test the changed configuration and reload nginx."),
            ],
        };

        ProbeOutcome? Probe(Endpoint endpoint) => seen.Ask(Probing.Connect(incident.Instance, endpoint)).FactOrNull?.Outcome;
    }
}
