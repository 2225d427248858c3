using Why502.Nginx.Checks.Http;

namespace Why502.Nginx.Checks;

/// <summary>What ngx_init_cycle does once the whole configuration is read, in its order: paths, files, shared memory. Its messages name no place.</summary>
internal static class CycleEnd
{
    public static void Finish(CheckWalk walk)
    {
        foreach (var path in walk.Shared.Get(Paths.Slot).All)
        {
            if (walk.World.DirectoryMakeable(path) is { Fails: true } seen)
            {
                walk.FailNowhere($"mkdir() \"{path}\" failed {seen.Reason}", null, null);
            }
        }

        foreach (var (path, by) in walk.Shared.Get(OpenedFiles.Slot).All)
        {
            if (walk.World.Appendable(path) is { Fails: true } seen)
            {
                walk.FailNowhere($"open() \"{path}\" failed {seen.Reason}", null, by);
            }
        }

        foreach (var zone in walk.Shared.Get(SharedZones.Slot).All)
        {
            if (zone.Size == 0)
            {
                walk.FailNowhere($"zero size shared memory zone \"{zone.Name}\"", null, zone.By);
            }
        }

        // ngx_open_listening_sockets: a unix socket needs its folder, any other an address of this machine.
        var ports = walk.Shared.Get(ListenPorts.Slot);
        foreach (var address in ports.All)
        {
            var seen = address.Text.StartsWith("unix:/", StringComparison.Ordinal) ? walk.World.DirectoryMakeable(address.Text[5..])
                : ports.IsBound(address) ? walk.World.Bindable(address.Host)
                : Sight.Yes;
            if (seen.Fails)
            {
                walk.FailNowhere($"bind() to {address.Text} failed {seen.Reason}", null, address.Default.Own("listen"));
            }
        }
    }
}
