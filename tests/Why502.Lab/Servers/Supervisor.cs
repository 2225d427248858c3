using Why502.Lab.Machine;

namespace Why502.Lab.Servers;

/// <summary>supervisord from the distribution, which runs one program.</summary>
public sealed class Supervisor
{
    private readonly LabMachine _machine;

    private Supervisor(LabMachine machine) => _machine = machine;

    public string Log => _machine.PathOf("supervisor/supervisord.log");

    /// <summary>The program's own output.</summary>
    public string AppLog => _machine.PathOf("supervisor/shop.log");

    /// <param name="machine">Where it runs.</param>
    /// <param name="command">The program's command line.</param>
    /// <param name="settings">Further lines of its section.</param>
    public static Supervisor Start(LabMachine machine, string command, string settings = "")
    {
        Programs.Require("supervisord", "supervisorctl");
        machine.Write("supervisor/supervisord.conf", $"""
            [unix_http_server]
            file={machine.PathOf("supervisor/supervisor.sock")}
            [supervisord]
            logfile={machine.PathOf("supervisor/supervisord.log")}
            pidfile={machine.PathOf("supervisor/supervisord.pid")}
            childlogdir={machine.PathOf("supervisor")}
            [rpcinterface:supervisor]
            supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
            [supervisorctl]
            serverurl=unix://{machine.PathOf("supervisor/supervisor.sock")}
            [program:shop]
            command={command}
            user=www-data
            redirect_stderr=true
            stdout_logfile={machine.PathOf("supervisor/shop.log")}
            {settings}
            """ + "\n");
        machine.Start("supervisord", Programs.Find("supervisord")!, "-n", "-c", machine.PathOf("supervisor/supervisord.conf"));
        var supervisor = new Supervisor(machine);
        Poll.Until(() => supervisor.Logged("entered RUNNING state") || supervisor.Logged("entered FATAL state"), "supervisord", seconds: 20);
        return supervisor;
    }

    /// <summary>Waits until the program has been started so often in all.</summary>
    public void WaitForStarts(int times) => Poll.Until(() => File.ReadAllText(Log).Split("spawned: ").Length > times, $"start {times}", seconds: 30);

    public string Control(params string[] words) => _machine.Execute([Programs.Find("supervisorctl")!, "-c", _machine.PathOf("supervisor/supervisord.conf"), .. words]).Output;

    public bool Logged(string text) => File.Exists(Log) && File.ReadAllText(Log).Contains(text, StringComparison.Ordinal);
}
