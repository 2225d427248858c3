using System.Globalization;
using Why502.Lab.Machine;

namespace Why502.Lab.Servers;

/// <summary>Tomcat from the distribution with a JSP that answers anything, and connector attributes of the scenario's own.</summary>
public static class Tomcat
{
    public static App Start(LabMachine machine, int port, string attributes, string name = "tomcat")
    {
        Programs.Require("java");
        Xunit.Skip.If(!File.Exists("/usr/share/tomcat10/bin/catalina.sh"), "no Tomcat: install tomcat10-common");
        var folder = machine.PathOf(name);
        foreach (var part in new[] { "conf", "logs", "temp", "work", "webapps/ROOT" })
        {
            Directory.CreateDirectory(Path.Combine(folder, part));
        }

        machine.Write($"{name}/conf/server.xml", $"""
            <?xml version="1.0" encoding="UTF-8"?>
            <Server port="-1">
              <Service name="Catalina">
                <!-- <Connector port="{port.ToString(CultureInfo.InvariantCulture)}" keepAliveTimeout="900000"/> -->
                <Connector port="{port.ToString(CultureInfo.InvariantCulture)}" address="127.0.0.1" protocol="HTTP/1.1"
                           {attributes} />
                <Engine name="Catalina" defaultHost="localhost">
                  <Host name="localhost" appBase="webapps" autoDeploy="false"/>
                </Engine>
              </Service>
            </Server>
            """ + "\n");
        machine.Write($"{name}/conf/web.xml", """
            <?xml version="1.0" encoding="UTF-8"?>
            <web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="6.0">
              <servlet><servlet-name>default</servlet-name><servlet-class>org.apache.catalina.servlets.DefaultServlet</servlet-class></servlet>
              <servlet-mapping><servlet-name>default</servlet-name><url-pattern>/</url-pattern></servlet-mapping>
            </web-app>
            """ + "\n");
        machine.Write($"{name}/webapps/ROOT/index.html", "ok\n");
        machine.Write($"{name}/requests.log", "");
        var process = machine.Start(name, "env", "CATALINA_BASE=" + folder, "/usr/share/tomcat10/bin/catalina.sh", "run");
        Poll.Until(() => machine.Shell("cat /proc/net/tcp /proc/net/tcp6").Contains($":{port:X4} 0000", StringComparison.Ordinal), "Tomcat", seconds: 30);
        return new App(folder, process);
    }
}
