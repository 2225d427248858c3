using System.Globalization;
using Why502.Diagnosis.Readings;

namespace Why502.Diagnosis;

/// <summary>
/// nginx in a namespace of its own, and the app on the machine itself listens on its loopback: no address that nginx could be pointed at leads there, so the app's unit gets one address
/// more, the one that nginx goes to already. 0.0.0.0 would open it to every network of the machine.
/// </summary>
internal static class HostBindFix
{
    /// <summary>Null where no unit of this machine starts the app, or where the address is no single one.</summary>
    public static Fix? Of(Incident incident, Boundary boundary, Observations seen)
    {
        var peer = incident.Peer!;
        if (incident.Instance.FromFiles || incident.Kind != SymptomKind.ConnectFailed || !peer.IsLiteralIPv4 || peer.IsLoopback || boundary is not { Space.Container: null, At: { } at }
            || at.OtherAddress.Append(at.OtherLoopback).OfType<Listener>().Where(Listening.IsLoopback).ToList() is not [{ Address: "127.0.0.1" } listener]
            || listener.Processes.Select(process => process.Unit).FirstOrDefault(name => name?.EndsWith(".service", StringComparison.Ordinal) == true) is not { } unit
            || seen.Ask(new UnitOf(unit)).FactOrNull?.FragmentPath is not { } fragment)
        {
            return null;
        }

        var port = peer.Port.ToString(CultureInfo.InvariantCulture);
        var also = $"{peer.Host}:{port}";
        return new Fix
        {
            Summary = $"Let {unit} listen on {also}, too: {Words.Processes(listener.Processes)} listens on 127.0.0.1:{port} of the machine, and nginx comes from another network namespace.",
            Steps =
            [
                new($"{unit} listens on {also} beside 127.0.0.1:{port}: on no network but the one between nginx and this machine.") { Action = new RepairAction.ListenAlso(unit, fragment, UnitDropIn.PathOf(unit), peer.Port, also) },
                new("systemd reads its units again.", "systemctl daemon-reload") { Action = new RepairAction.AskUnit(unit, UnitVerb.DaemonReload) },
                UnitDropIn.Restart(unit, "The app opens its addresses when it starts."),
            ],
            Later = $"{peer.Host} has to be there when {unit} starts: After= the unit that makes its network (docker.service for Docker's bridges).",
        };
    }
}
