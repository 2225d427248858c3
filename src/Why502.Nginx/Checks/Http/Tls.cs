using Why502.Nginx.Directives;

namespace Why502.Nginx.Checks.Http;

/// <summary>The directives that ngx_http_ssl_module reads by itself.</summary>
internal static class Tls
{
    private const DirectiveContexts Inside = DirectiveContexts.Http | DirectiveContexts.Server;
    private const long CacheMin = 8 * 4096;

    public static IEnumerable<DirectiveHandler> Handlers { get; } =
    [
        new("ssl", Inside, ReadSsl),
        new("ssl_certificate", Inside, ReadLine),
        new("ssl_certificate_key", Inside, ReadLine),
        new("ssl_conf_command", Inside, ReadLine),
        new("ssl_password_file", Inside, PasswordFile.Read),
        new("ssl_session_cache", Inside, ReadSessionCache),
        new("ssl_ocsp_cache", Inside, ReadOcspCache),
    ];

    private static void ReadSsl(in DirectiveCall call)
    {
        if (!call.SetOnce())
        {
            return;
        }

        if (!NginxValue.TryFlag(call.Arguments[0], out _))
        {
            call.Fail($"invalid value \"{call.Arguments[0]}\" in \"ssl\" directive, it must be \"on\" or \"off\"", 0);
            return;
        }

        call.Warn("the \"ssl\" directive is deprecated, use the \"listen ... ssl\" directive instead");
    }

    private static void ReadLine(in DirectiveCall call)
    {
        call.Block.Get(Lines.Slot).Of(call.Name).Add(call.Directive);
        call.Block.TrySet(call.Name, call.Directive);
    }

    private static void ReadSessionCache(in DirectiveCall call)
    {
        for (var i = 0; i < call.Arguments.Count; i++)
        {
            var text = call.Arguments[i];
            if (text is "off" or "none" or "builtin")
            {
                continue;
            }

            if (text.StartsWith("shared:", StringComparison.Ordinal) && text.Length > 7)
            {
                if (!ReadShared(call, text, i))
                {
                    return;
                }
            }
            else if (!(text.StartsWith("builtin:", StringComparison.Ordinal) && Number.Of(text.AsSpan(8)) >= 0))
            {
                call.Fail($"invalid session cache \"{text}\"", i);
                return;
            }
        }
    }

    private static bool ReadShared(in DirectiveCall call, string text, int argument)
    {
        var colon = text.IndexOf(':', 7);
        var size = colon <= 7 ? -1 : Number.Size(text.AsSpan(colon + 1));
        if (size < CacheMin)
        {
            call.Fail(size < 0 ? $"invalid session cache \"{text}\"" : $"session cache \"{text}\" is too small", argument);
            return false;
        }

        return call.Shared.Get(SharedZones.Slot).Add(call, text[7..colon], size, "ngx_http_ssl", argument) is not null;
    }

    private static void ReadOcspCache(in DirectiveCall call)
    {
        var text = call.Arguments[0];
        if (!call.SetOnce() || text == "off")
        {
            return;
        }

        var colon = text.StartsWith("shared:", StringComparison.Ordinal) ? text.IndexOf(':', 7) : -1;
        var size = colon <= 7 ? -1 : Number.Size(text.AsSpan(colon + 1));
        if (size < 0)
        {
            call.Fail($"invalid OCSP cache \"{text}\"", 0);
        }
        else if (size < CacheMin)
        {
            call.Fail($"OCSP cache \"{text}\" is too small", 0);
        }
        else
        {
            call.Shared.Get(SharedZones.Slot).Add(call, text[7..colon], size, "ngx_http_ssl OCSP", 0);
        }
    }
}

/// <summary>ngx_http_ssl_merge_srv_conf and ngx_http_ssl_init.</summary>
internal sealed class TlsStage : ModuleStage
{
    public override string Module => "ngx_http_ssl_module";

    public override void MergeServer(in BlockEnd end, OpenBlock server)
    {
        var certificates = InForce(server, "ssl_certificate");
        var keys = InForce(server, "ssl_certificate_key");
        var rejects = IsOn(server, "ssl_reject_handshake");
        if (!IsComplete(end, server, certificates, keys, rejects) || (certificates.Count == 0 && !rejects && !IsOn(server, "ssl")))
        {
            return;
        }

        var files = new TlsFiles(end);
        if (server.InForce("ssl_ciphers") is { } ciphers && !files.CiphersFit(ciphers.Arguments[0]))
        {
            return;
        }

        for (var i = 0; i < certificates.Count; i++)
        {
            var (certificate, key) = (certificates[i].Arguments[0], keys[i].Arguments[0]);
            if (ComplexText.HasVariables(certificate + key))
            {
                if (!ComplexText.Compile(end, certificates[i], certificate) || !ComplexText.Compile(end, keys[i], key))
                {
                    return;
                }
            }
            else if (!files.PairFits(certificates[i], keys[i]))
            {
                return;
            }
        }

        _ = ClientsFit(end, server, files) && ParametersFit(server, files);
    }

    public override void Configured(in BlockEnd end, OpenBlock main)
    {
        foreach (var address in end.Shared.Get(ListenPorts.Slot).All)
        {
            if (!address.IsSsl || InForce(address.Default, "ssl_certificate").Count > 0)
            {
                continue;
            }

            var bare = IsOn(address.Default, "ssl_reject_handshake")
                ? address.Servers.FirstOrDefault(server => InForce(server, "ssl_certificate").Count == 0 && !IsOn(server, "ssl_reject_handshake"))
                : address.Default;
            if (bare is not null && !bare.IsIncomplete)
            {
                end.FailAt(bare.Directive!.TerminatorAt, "no \"ssl_certificate\" is defined for the \"listen ... ssl\" directive");
                return;
            }
        }
    }

    private static bool IsComplete(in BlockEnd end, OpenBlock server, IReadOnlyList<Directive> certificates, IReadOnlyList<Directive> keys, bool rejects)
    {
        if (IsOn(server, "ssl"))
        {
            var place = server.InForce("ssl")!.TerminatorAt;
            if (certificates.Count == 0 && !rejects)
            {
                end.FailAt(place, "no \"ssl_certificate\" is defined for the \"ssl\" directive");
                return false;
            }

            if (certificates.Count > keys.Count)
            {
                end.FailAt(place, keys.Count == 0
                    ? "no \"ssl_certificate_key\" is defined for the \"ssl\" directive"
                    : $"no \"ssl_certificate_key\" is defined for certificate \"{certificates[^1].Arguments[0]}\" and the \"ssl\" directive");
                return false;
            }
        }
        else if (certificates.Count > keys.Count)
        {
            end.FailNowhere($"no \"ssl_certificate_key\" is defined for certificate \"{certificates[^1].Arguments[0]}\"", null, certificates[^1]);
            return false;
        }

        return true;
    }

    private static bool ClientsFit(in BlockEnd end, OpenBlock server, TlsFiles files)
    {
        var verify = server.InForce("ssl_verify_client")?.Arguments[0] ?? "off";
        var authorities = server.InForce("ssl_client_certificate");
        if (!verify.Equals("off", StringComparison.OrdinalIgnoreCase))
        {
            if (authorities is null && !verify.Equals("optional_no_ca", StringComparison.OrdinalIgnoreCase))
            {
                end.FailNowhere("no ssl_client_certificate for ssl_verify_client", null, server.InForce("ssl_verify_client"));
                return false;
            }

            if (authorities is not null && !files.AuthoritiesFit(authorities))
            {
                return false;
            }
        }

        return (server.InForce("ssl_trusted_certificate") is not { } trusted || files.AuthoritiesFit(trusted))
            && (server.InForce("ssl_crl") is not { } list || files.RevocationsFit(list));
    }

    private static bool ParametersFit(OpenBlock server, TlsFiles files) =>
        (server.InForce("ssl_dhparam") is not { } parameters || files.Opens(parameters))
        && (server.InForce("ssl_ecdh_curve") is not { } curve || files.CurvesFit(curve.Arguments[0]))
        && (server.InForce("ssl_session_ticket_key") is not { } ticket || files.TicketFits(ticket))
        && files.CommandsFit(InForce(server, "ssl_conf_command"))
        && (server.InForce("ssl_stapling_file") is not { } response || !IsOn(server, "ssl_stapling") || files.Opens(response));

    private static bool IsOn(OpenBlock block, string flag) => block.InForce(flag)?.Arguments[0].Equals("on", StringComparison.OrdinalIgnoreCase) == true;

    private static List<Directive> InForce(OpenBlock block, string name)
    {
        for (var around = block; around is not null; around = around.Parent)
        {
            if (around.Own(name) is not null)
            {
                return around.Get(Lines.Slot).Of(name);
            }
        }

        return [];
    }
}
