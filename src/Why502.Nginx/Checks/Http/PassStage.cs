using Why502.Nginx.Directives;

namespace Why502.Nginx.Checks.Http;

/// <summary>ngx_http_*_merge_loc_conf of a module that passes requests on: buffers, cache, TLS, headers.</summary>
internal sealed class PassStage(string module) : ModuleStage
{
    private const long PageSize = 4096;
    private readonly bool buffers = module is "proxy" or "fastcgi" or "uwsgi" or "scgi";

    // Names are made once: this runs for every location of every server.
    private readonly string buffersName = module + "_buffers";
    private readonly string bufferSizeName = module + "_buffer_size";
    private readonly string busyName = module + "_busy_buffers_size";
    private readonly string writeName = module + "_temp_file_write_size";
    private readonly string maxName = module + "_max_temp_file_size";
    private readonly string cacheName = module + "_cache";
    private readonly string[] compiledNames = [module + "_set_header", module + "_param", module + "_set_body"];

    public override string Module => $"ngx_http_{module}";

    public override void MergeLocation(in BlockEnd end, OpenBlock location)
    {
        if ((buffers && !(BuffersFit(end, location) && CacheIsKnown(end, location))) || !TlsIsReady(end, location))
        {
            return;
        }

        CompileHeaders(end, location);
    }

    private bool BuffersFit(in BlockEnd end, OpenBlock location)
    {
        // What is inherited was judged where it was set, or in the first server when http set it.
        if (location.Kind != DirectiveContexts.Server && !SetsBuffers(location))
        {
            return true;
        }

        var given = location.InForce(buffersName)?.Arguments;
        var (count, each) = given is { Count: 2 } ? (Number.Of(given[0]), Number.Size(given[1])) : (8, PageSize);
        if (count < 2)
        {
            end.Fail($"there must be at least 2 \"{module}_buffers\"");
            return false;
        }

        var size = Math.Max(Size(location, bufferSizeName, PageSize), each);
        var busy = Size(location, busyName, 2 * size);
        string? mistake = null;
        if (busy < size)
        {
            mistake = $"\"{module}_busy_buffers_size\" must be equal to or greater than {Most}";
        }
        else if (busy > (count - 1) * each)
        {
            mistake = $"\"{module}_busy_buffers_size\" must be less than the size of all \"{module}_buffers\" minus one buffer";
        }
        else if (Size(location, writeName, 2 * size) < size)
        {
            mistake = $"\"{module}_temp_file_write_size\" must be equal to or greater than {Most}";
        }
        else if (Size(location, maxName, 1 << 30) is var max && max != 0 && max < size)
        {
            mistake = $"\"{module}_max_temp_file_size\" must be equal to zero to disable temporary files usage or must be equal to or greater than {Most}";
        }

        if (mistake is not null)
        {
            end.Fail(mistake);
        }

        return mistake is null;
    }

    private string Most => $"the maximum of the value of \"{bufferSizeName}\" and one of the \"{buffersName}\"";

    private bool SetsBuffers(OpenBlock location) =>
        location.Own(buffersName) is not null || location.Own(bufferSizeName) is not null || location.Own(busyName) is not null
        || location.Own(writeName) is not null || location.Own(maxName) is not null;

    private static long Size(OpenBlock location, string name, long otherwise) =>
        location.InForce(name) is { } given && Number.Size(given.Arguments[0]) is var size and >= 0 ? size : otherwise;

    private bool CacheIsKnown(in BlockEnd end, OpenBlock location)
    {
        var cache = location.InForce(cacheName);
        if (cache is null || cache.Arguments[0] == "off")
        {
            return true;
        }

        if (Zone(location) is { Data: null } zone)
        {
            end.Fail($"\"{module}_cache\" zone \"{zone.Name}\" is unknown");
            return false;
        }

        if (module != "proxy" && location.InForce(module + "_cache_key") is null)
        {
            end.Warn($"no \"{module}_cache_key\" for \"{module}_cache\"");
        }

        return true;
    }

    private SharedZone? Zone(OpenBlock location)
    {
        for (var block = location; block is not null; block = block.Parent)
        {
            if (block.Own(cacheName) is not null)
            {
                return block.Peek(CacheZone.Slot)?.ByModule.GetValueOrDefault(module);
            }
        }

        return null;
    }

    /// <summary>ngx_http_*_set_ssl, called where the block itself passes to TLS.</summary>
    private bool TlsIsReady(in BlockEnd end, OpenBlock location)
    {
        if (location.Peek(PassState.Slot)?.Tls.Contains(module) != true)
        {
            return true;
        }

        var prefix = module + "_ssl_";
        var reader = new TlsFiles(end);
        if (location.InForce(prefix + "ciphers") is { } ciphers && !reader.CiphersFit(ciphers.Arguments[0]))
        {
            return false;
        }

        if (location.InForce(prefix + "certificate") is { } certificate && certificate.Arguments[0].Length > 0)
        {
            if (location.InForce(prefix + "certificate_key") is not { } key)
            {
                end.FailNowhere($"no \"{prefix}certificate_key\" is defined for certificate \"{certificate.Arguments[0]}\"", null, certificate);
                return false;
            }

            if (!ComplexText.HasVariables(certificate.Arguments[0] + key.Arguments[0]) && !reader.PairFits(certificate, key))
            {
                return false;
            }
        }

        return VerifyFits(end, location, prefix, reader)
            && reader.CommandsFit(Around(location, prefix + "conf_command")?.Peek(Lines.Slot)?.Of(prefix + "conf_command") ?? []);
    }

    private static OpenBlock? Around(OpenBlock location, string name)
    {
        var block = location;
        while (block is not null && block.Own(name) is null)
        {
            block = block.Parent;
        }

        return block;
    }

    private static bool VerifyFits(in BlockEnd end, OpenBlock location, string prefix, TlsFiles reader)
    {
        if (location.InForce(prefix + "verify")?.Arguments[0].Equals("on", StringComparison.OrdinalIgnoreCase) != true)
        {
            return true;
        }

        if (location.InForce(prefix + "trusted_certificate") is not { } trusted)
        {
            end.FailNowhere($"no {prefix}trusted_certificate for {prefix}verify", null, location.InForce(prefix + "verify"));
            return false;
        }

        return reader.AuthoritiesFit(trusted) && (location.InForce(prefix + "crl") is not { } list || reader.RevocationsFit(list));
    }

    /// <summary>What is set for the upstream's request is compiled when blocks are merged, where it was set: <c>*_set_header</c> or <c>*_param</c>.</summary>
    private void CompileHeaders(in BlockEnd end, OpenBlock location)
    {
        // A block without any of its own has those of the one around it, compiled there or, for http, in the first server.
        foreach (var name in compiledNames)
        {
            var block = Around(location, name);
            if (block is null || (block != location && (block.Kind & (DirectiveContexts.Main | DirectiveContexts.Http)) == 0))
            {
                continue;
            }

            foreach (var line in (IReadOnlyList<Directive>)(block.Peek(Lines.Slot)?.Of(name) is { Count: > 0 } lines ? lines : [block.Own(name)!]))
            {
                if (!ComplexText.Compile(end, line, line.Arguments[line.Arguments.Count > 1 ? 1 : 0]))
                {
                    return;
                }
            }
        }
    }
}
