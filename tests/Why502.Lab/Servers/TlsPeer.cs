using System.Globalization;
using Why502.Lab.Machine;

namespace Why502.Lab.Servers;

/// <summary>Certificates of a lab authority, and real TLS servers that show them: <c>openssl s_server</c>, and a second nginx where a whole web server is wanted.</summary>
public sealed class TlsPeer
{
    private readonly LabMachine _machine;

    private TlsPeer(LabMachine machine) => _machine = machine;

    /// <summary>The authority's certificate, as for proxy_ssl_trusted_certificate.</summary>
    public string Authority => _machine.PathOf("pki/ca.pem");

    /// <summary>Makes an authority in the machine's directory.</summary>
    public static TlsPeer Create(LabMachine machine)
    {
        Programs.Require("openssl");
        Directory.CreateDirectory(machine.PathOf("pki"));
        var peer = new TlsPeer(machine);
        machine.Shell($"""
            cd {machine.PathOf("pki")}
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 90 -subj '/CN=Lab Root' -keyout ca.key -out ca.pem 2>/dev/null
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 90 -subj '/CN=Other Root' -keyout other-ca.key -out other-ca.pem 2>/dev/null
            """);
        return peer;
    }

    /// <summary>Issues NAME.pem and NAME.key.</summary>
    /// <param name="name">Files and first DNS name.</param>
    /// <param name="authority">ca, other-ca, or self.</param>
    /// <param name="daysLeft">Negative: it has ended.</param>
    /// <param name="alternativeNames">Instead of the name: such as IP:127.0.0.1.</param>
    public string Issue(string name, string authority = "ca", int daysLeft = 30, string? alternativeNames = null)
    {
        var end = DateTime.UtcNow.AddDays(daysLeft);
        var begin = end.AddDays(-60);
        var dates = string.Create(CultureInfo.InvariantCulture, $"{begin:yyyyMMddHHmmss}Z {end:yyyyMMddHHmmss}Z");
        var signer = authority == "self" ? $"-selfsign -keyfile {name}.key" : $"-cert {authority}.pem -keyfile {authority}.key";
        _machine.Shell($$"""
            cd {{_machine.PathOf("pki")}}
            mkdir -p {{name}}.db && : >{{name}}.db/index && printf %08d $$ >{{name}}.db/serial
            printf '[ca]\ndefault_ca=lab\n[lab]\ndir=.\ndatabase={{name}}.db/index\nserial={{name}}.db/serial\nnew_certs_dir={{name}}.db\ndefault_md=sha256\npolicy=any\nx509_extensions=leaf\nunique_subject=no\n[any]\ncommonName=supplied\n[leaf]\nbasicConstraints=CA:FALSE\nsubjectAltName={{alternativeNames ?? "DNS:" + name}}\n' >{{name}}.cnf
            openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj '/CN={{name}}' -keyout {{name}}.key -out {{name}}.csr 2>/dev/null
            set -- {{dates}}
            openssl ca -batch -config {{name}}.cnf {{signer}} -startdate $1 -enddate $2 -in {{name}}.csr -out {{name}}.pem -notext 2>{{name}}.log || { cat {{name}}.log >&2; exit 1; }
            chmod a+r {{name}}.key
            """);
        return name;
    }

    /// <summary>An authority below another one.</summary>
    public void IssueAuthority(string name, string authority) => _machine.Shell($"""
        cd {_machine.PathOf("pki")}
        openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj '/CN=Lab {name}' -keyout {name}.key -out {name}.csr 2>/dev/null
        printf 'basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\n' >{name}.ext
        openssl x509 -req -in {name}.csr -CA {authority}.pem -CAkey {authority}.key -CAcreateserial -days 90 -extfile {name}.ext -out {name}.pem 2>/dev/null
        """);

    /// <summary>An <c>openssl s_server -www</c>.</summary>
    public LabProcess Serve(string certificate, int port, string host = "127.0.0.1", params string[] options)
    {
        var process = _machine.Start($"s_server{port}", ["openssl", "s_server", "-quiet", "-www", "-accept", $"{host}:{port}", "-cert", Path(certificate, "pem"), "-key", Path(certificate, "key"), .. options]);
        _machine.WaitForPort(port);
        return process;
    }

    public string Path(string name, string extension) => _machine.PathOf($"pki/{name}.{extension}");

    /// <summary>A second nginx with the given server blocks.</summary>
    public void ServeByNginx(string servers, int port)
    {
        var folder = _machine.PathOf("second");
        Directory.CreateDirectory(folder);
        _machine.Write("second/nginx.conf", $$"""
            user www-data;
            worker_processes 1;
            pid {{folder}}/nginx.pid;
            error_log {{folder}}/error.log;
            events { worker_connections 64; }
            http {
                access_log {{folder}}/access.log;
                client_body_temp_path {{folder}}/body;
                proxy_temp_path {{folder}}/proxy;
                fastcgi_temp_path {{folder}}/fastcgi;
                uwsgi_temp_path {{folder}}/uwsgi;
                scgi_temp_path {{folder}}/scgi;
            {{servers}}
            }
            """);
        _machine.Must("nginx", "-p", folder, "-c", $"{folder}/nginx.conf");
        _machine.WaitForPort(port);
    }
}
