using System.Text;
using Why502.Logs;
using Xunit;

namespace Why502.Tests.Logs;

public class AppLogTests
{
    [Theory]
    [InlineData("nginx is not running")]
    [InlineData("WebSocket support is enabled for all tally sites")]
    [InlineData("    proxy_set_header Upgrade $http_upgrade; # or the websocket will not work")]
    [InlineData("# websocket fails without these two lines")]
    [InlineData("postgresql is not running")]
    [InlineData("I disabled the firewall and it still fails")]
    [InlineData("does it work when the firewall is off?")]
    [InlineData("-A INPUT -p tcp --dport 5201 -m comment --comment \"works without firewall\" -j ACCEPT")]
    [InlineData("SELinux is disabled on this machine")]
    [InlineData("I restarted nginx, and it still does not work")]
    [InlineData("add the line, restart nginx and it works")]
    [InlineData("you have to restart nginx then")]
    [InlineData("is there a way to reload nginx?")]
    [InlineData("the old address was 192.0.2.7")]
    [InlineData("the IP address of the tally is 192.0.2.7")]
    [InlineData("     Status: \"Processes active: 1, idle: 0, Requests: 71, slow: 0, Traffic: 1.2req/sec\"")]
    [InlineData("the tally says Can't connect to MySQL server")]
    [InlineData("auth_request is on for 5000 pages")]
    [InlineData(" * fail2ban is not running")]
    [InlineData("Failed to start nginx: the service was not found.")]
    [InlineData("I think that the service is not running on the old host any more, is it?")]
    [InlineData("tally-5d4f8c7b9-abcde   1/1     Running   0          4m")]
    [InlineData("Job for nginx.service failed because a timeout was exceeded.")]
    [InlineData("Warning  Unhealthy  2m  kubelet  Readiness probe failed: HTTP probe failed with statuscode: 404")]
    public void Line_ThatIsNobodysFailure_IsNoEvent(string line) => Assert.Null(AppLogReader.Read(Encoding.UTF8.GetBytes(line), "app.log", 1));

    private static AppLogEvent Read(string line)
    {
        List<AppLogEvent> events = [];
        AppLogReader reader = new("app.log", now: new DateTime(2026, 11, 21));
        reader.Push(Encoding.UTF8.GetBytes(line + "\n"), events.Add);
        reader.Complete(events.Add);
        return Assert.Single(events);
    }

    [Theory]
    [InlineData("2026-11-21 01:02:03,543 CRITICAL Listen failure: [Errno 13] Permission denied", AppEventKind.BindFailed)]
    [InlineData("httpd (pid 17) already running", AppEventKind.StartFailed)]
    [InlineData("Failed to start tally.service: Unit tally.service not found.", AppEventKind.StartFailed)]
    [InlineData("Failed to start tally.service: Unit tally.service failed to load: Invalid argument.", AppEventKind.StartFailed)]
    [InlineData("tally.service: Service has no ExecStart= setting, which is only allowed for Type=oneshot services. Refusing.", AppEventKind.StartFailed)]
    [InlineData("tally.service lacks both ExecStart= and ExecStop= setting. Refusing.", AppEventKind.StartFailed)]
    [InlineData("[2026-11-21 01:02:03 +0000] [7] [ERROR] Socket error processing request.", AppEventKind.SocketFailed)]
    [InlineData("OSError: [Errno 107] Transport endpoint is not connected", AppEventKind.ReaderGone)]
    [InlineData("Sat Nov 21 01:02:03 2026 - SIGPIPE: writing to a closed pipe/socket/fd (probably the client disconnected) !!!", AppEventKind.ReaderGone)]
    [InlineData("handshake error: bad \"Upgrade\" header", AppEventKind.UpgradeMissing)]
    [InlineData("WebSocket connection to 'ws://tally.example/live' failed: Error during WebSocket handshake: 'Upgrade' header is missing", AppEventKind.UpgradeMissing)]
    [InlineData("2026-11-21 01:02:03 [71] [ERROR] Can't connect to /srv/tally/tally.sock", AppEventKind.BindFailed)]
    [InlineData("since auth_request is on, tally answers 500", AppEventKind.AuthQuestionFailed)]
    [InlineData("With ufw disabled the tally works", AppEventKind.FilterTold)]
    [InlineData("As soon as I stop firewalld everything is fine.", AppEventKind.FilterTold)]
    [InlineData("Putting SELinux into permissive mode fixes it", AppEventKind.PolicyTold)]
    [InlineData("After each deploy the tally fails until I restart nginx.", AppEventKind.AddressHeldTold)]
    [InlineData("Reloading nginx solves it for a while", AppEventKind.AddressHeldTold)]
    [InlineData("We have to restart nginx every time the tally is rebuilt.", AppEventKind.AddressHeldTold)]
    [InlineData("the container moved and nginx keeps using the old IP", AppEventKind.AddressHeldTold)]
    [InlineData("     Status: \"Processes active: 9, idle: 0, Requests: 71, slow: 0, Traffic: 1.2req/sec\"", AppEventKind.PoolSeemsBusy)]
    [InlineData("curl: (1) Received HTTP/0.9 when not allowed", AppEventKind.NoHttpAnswer)]
    [InlineData("Exited with code 137", AppEventKind.MainProcessExited)]
    [InlineData("[ E 2026-11-21 01:02:03.6050 71/T1 age/Cor/App/Implementation.cpp:221 ]: Could not spawn process for application /srv/tally: the file is not there", AppEventKind.StartFailed)]
    [InlineData("[ W 2026-11-21 01:02:03.6050 71/T1 age/Cor/Con/X.cpp:96 ]: [Client 1-2] Sending 502 response: application did not send a complete response", AppEventKind.AnswerIncomplete)]
    [InlineData("dockergen.1 | 2026/11/21 01:02:03 Error running notify command: nginx -s reload, exit status 1", AppEventKind.ConfigurationRefused)]
    [InlineData("Nov 20 01:02:03 web systemd[1]: nginx.service: Control process exited, code=exited, status=1/FAILURE", AppEventKind.ConfigurationRefused)]
    [InlineData("Job for nginx.service failed because the control process exited with error code.", AppEventKind.ConfigurationRefused)]
    [InlineData("Job for tally.service failed because a timeout was exceeded.", AppEventKind.StartFailed)]
    [InlineData("The tally-web is not running.", AppEventKind.UnitFailed)]
    [InlineData("The digital-web is not running.", AppEventKind.UnitFailed)]
    [InlineData("tally:tally-web: ERROR (spawn error)", AppEventKind.StartFailed)]
    [InlineData("Unhandled Exception: Tally.Books.ClosedException: the books are closed", AppEventKind.ProcessAborted)]
    [InlineData("fatal: {\"msg\": \"Unable to start service nginx: Job for nginx.service failed because the control process", AppEventKind.ConfigurationRefused)]
    [InlineData(" * tally is not running", AppEventKind.UnitFailed)]
    [InlineData("2026-11-21 01:02:03,021 INFO exited: tally (exit status 127; not expected)", AppEventKind.StartFailed)]
    [InlineData("2026-11-21 01:02:03,021 INFO exited: tally (exit status 0; not expected)", AppEventKind.StartFailed)]
    [InlineData("2026-11-21 01:02:03,021 INFO exited: tally (exit status 0; expected)", AppEventKind.ChildExited)]
    [InlineData("2026-11-21 01:02:03,021 INFO exited: tally (exit status 1; not expected)", AppEventKind.ChildExited)]
    [InlineData("│ 0  │ tally │ default │ 1.0.0 │ cluster │ 812 │ 2s │ 871 │ online │ 0% │ 41.2mb │ tally │ disabled │", AppEventKind.UnitFailed)]
    [InlineData("│ tally │ 0  │ cluster │ 812 │ online │ 871 │ 2s │ 0% │ 41.2 MB │ disabled │", AppEventKind.UnitFailed)]
    [InlineData("│ 0  │ tally │ default │ 1.0.0 │ cluster │ 812 │ 9D │ 871 │ online │ 0% │ 41.2mb │ tally │ disabled │", AppEventKind.ProgramRunning)]
    [InlineData("│ 0  │ tally │ default │ 1.0.0 │ cluster │ 812 │ 2s │ 1 │ online │ 0% │ 41.2mb │ tally │ disabled │", AppEventKind.ProgramRunning)]
    [InlineData("tally                            STOPPED   Nov 20 01:02 AM", AppEventKind.StartFailed)]
    [InlineData("tally-5d4f8c7b9-abcde   0/1     ImagePullBackOff   0          4m", AppEventKind.StartFailed)]
    [InlineData("tally-5d4f8c7b9-abcde   0/1     Error   5 (43s ago)   4m", AppEventKind.MainProcessExited)]
    [InlineData("shop   tally-5d4f8c7b9-abcde   0/2     Running   0   4m", AppEventKind.UnitFailed)]
    [InlineData("Warning  Unhealthy  2m  kubelet  Readiness probe failed: dial tcp 10.1.2.3:80: connect: connection refused", AppEventKind.UnitFailed)]
    [InlineData("Warning  Unhealthy  2m  kubelet  Liveness probe failed: Get \"http://10.1.2.3/\": context deadline exceeded", AppEventKind.SlowRequest)]
    [InlineData("Stopped reason OutOfMemoryError: Container killed due to memory usage", AppEventKind.OomKill)]
    [InlineData("[21-Nov-2026 01:02:03] WARNING: [pool www] server reached pm.max_children setting (5), consider raising it", AppEventKind.MaxChildrenReached)]
    [InlineData("[21-Nov-2026 01:02:03] WARNING: [pool www] seems busy (you may need to increase pm.start_servers, or pm.min/max_spare_servers), spawning 8 children, there are 0 idle, and 9 total children", AppEventKind.PoolSeemsBusy)]
    [InlineData("[21-Nov-2026 01:02:03] WARNING: [pool www] child 123 exited on signal 11 (SIGSEGV - core dumped) after 1.200000 seconds from start", AppEventKind.ChildExitedOnSignal)]
    [InlineData("[21-Nov-2026 01:02:03] WARNING: [pool www] child 123 exited with code 255 after 1.2 seconds from start", AppEventKind.ChildExited)]
    [InlineData("[21-Nov-2026 01:02:03] WARNING: [pool www] child 123, script '/srv/a.php' (request: \"GET /a.php\") execution timed out (5.010000 sec), terminating", AppEventKind.RequestTimedOut)]
    [InlineData("[21-Nov-2026 01:02:03] WARNING: [pool www] child 123, script '/srv/a.php' (request: \"GET /a.php\") executing too slow (5.01 sec), logging", AppEventKind.SlowRequest)]
    [InlineData("[21-Nov-2026 01:02:03] ERROR: unable to bind listening socket for address '127.0.0.1:9000': Address already in use (98)", AppEventKind.BindFailed)]
    [InlineData("[21-Nov-2026 01:02:03] NOTICE: ready to handle connections", AppEventKind.ServerStarted)]
    [InlineData("Nov 20 01:02:03 web php-fpm8.2[9]: [21-Nov-2026 01:02:03] ERROR: FPM initialization failed", AppEventKind.StartFailed)]
    [InlineData("[21-Nov-2026 01:02:03 UTC] PHP Fatal error:  Allowed memory size of 134217728 bytes exhausted (tried to allocate 20480 bytes) in /srv/a.php on line 3", AppEventKind.MemoryExhausted)]
    [InlineData("[21-Nov-2026 01:02:03 UTC] PHP Fatal error:  Uncaught Error: x in /srv/a.php:3", AppEventKind.FatalError)]
    [InlineData("[2026-11-21 01:02:03 +0000] [7] [CRITICAL] WORKER TIMEOUT (pid:8)", AppEventKind.WorkerTimeout)]
    [InlineData("[2026-11-21 01:02:03 +0000] [7] [ERROR] Worker (pid:8) was sent SIGKILL! Perhaps out of memory?", AppEventKind.WorkerSentSignal)]
    [InlineData("[2026-11-21 01:02:03 +0000] [7] [WARNING] Worker (pid:8) was terminated due to signal 9", AppEventKind.WorkerSentSignal)]
    [InlineData("[2026-11-21 01:02:03 +0000] [7] [ERROR] Connection in use: ('127.0.0.1', 8000)", AppEventKind.BindFailed)]
    [InlineData("[2026-11-21 01:02:03 +0000] [7] [INFO] Listening at: http://127.0.0.1:8000 (7)", AppEventKind.ListeningOn)]
    [InlineData("[2026-11-21 01:02:03 +0000] [7] [INFO] Booting worker with pid: 8", AppEventKind.WorkerBooting)]
    [InlineData("gunicorn.errors.HaltServer: <HaltServer 'Worker failed to boot.' 3>", AppEventKind.StartFailed)]
    [InlineData("ModuleNotFoundError: No module named 'flask'", AppEventKind.StartFailed)]
    [InlineData("E, [2026-11-21T01:02:03.1 #71] ERROR -- : adding listener failed addr=127.0.0.1:3100 (in use)", AppEventKind.BindFailed)]
    [InlineData("  ➜  Local:   http://localhost:5173/", AppEventKind.ListeningOn)]
    [InlineData("tally     RUNNING   pid 1211, uptime 4 days, 1:02:03", AppEventKind.ProgramRunning)]
    [InlineData("Endpoints:         <none>", AppEventKind.UnitFailed)]
    [InlineData("[2026-11-21 01:02:03 +0000] [7] [INFO] Unhandled exception in main loop:", AppEventKind.StartFailed)]
    [InlineData("Header is too large 8193>8192", AppEventKind.RequestTooLarge)]
    [InlineData("tally: The WebSocket handshake Upgrade field is missing", AppEventKind.UpgradeMissing)]
    [InlineData("Handshake ended with HTTP error: 400", AppEventKind.WebSocketRefused)]
    [InlineData("websocket._exceptions.WebSocketBadStatusException: Handshake status 426 Upgrade Required", AppEventKind.WebSocketRefused)]
    [InlineData("                    /   tally:80 (<none>)", AppEventKind.UnitFailed)]
    [InlineData("*** uWSGI listen queue of socket \"127.0.0.1:3031\" (fd: 3) full !!! (101/100) ***", AppEventKind.ListenQueueFull)]
    [InlineData("Sat Nov 21 01:02:03 2026 - *** HARAKIRI ON WORKER 1 (pid: 55, try: 1) ***", AppEventKind.WorkerTimeout)]
    [InlineData("DAMN ! worker 1 (pid: 55) died, killed by signal 9 :( trying respawn ...", AppEventKind.ChildExitedOnSignal)]
    [InlineData("-- unavailable modifier requested: 1 --", AppEventKind.UnknownModifier)]
    [InlineData("invalid request block size: 4161 (max 4096)...skip", AppEventKind.RequestTooLarge)]
    [InlineData("Nov 20 01:02:03 web systemd[1]: app.service: Main process exited, code=exited, status=1/FAILURE", AppEventKind.MainProcessExited)]
    [InlineData("Nov 20 01:02:03 web systemd[1]: app.service: Failed with result 'exit-code'.", AppEventKind.UnitFailed)]
    [InlineData("Nov 20 01:02:03 web systemd[1]: app.service: Scheduled restart job, restart counter is at 5.", AppEventKind.UnitRestartScheduled)]
    [InlineData("Nov 20 01:02:03 web systemd[1]: app.service: Start request repeated too quickly.", AppEventKind.StartLimitHit)]
    [InlineData("Nov 20 01:02:03 web systemd[1]: Started app.service - My app.", AppEventKind.UnitStarted)]
    [InlineData("Nov 20 01:02:03 web systemd[1]: Failed to start app.service - My app.", AppEventKind.UnitFailed)]
    [InlineData("Nov 20 01:02:03 web kernel: Out of memory: Killed process 812 (node) total-vm:1000kB, anon-rss:900kB, file-rss:0kB, shmem-rss:0kB, UID:33 pgtables:1kB oom_score_adj:0", AppEventKind.OomKill)]
    [InlineData("[12345.678901] Out of memory: Kill process 812 (node) score 900 or sacrifice child", AppEventKind.OomKill)]
    [InlineData("[12345.678901] Task in /docker/5f killed as a result of limit of /docker/5f", AppEventKind.OomKill)]
    [InlineData("[12345.678901] php-fpm invoked oom-killer: gfp_mask=0x14200ca(GFP_HIGHUSER_MOVABLE), order=0, oom_score_adj=0", AppEventKind.OomInvoked)]
    [InlineData("[12345.678901] Memory cgroup out of memory: Killed process 812 (node) total-vm:1000kB, anon-rss:900kB", AppEventKind.OomKill)]
    [InlineData("[12345.678901] oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,oom_memcg=/system.slice/app.service,task_memcg=/system.slice/app.service,task=node,pid=812,uid=33", AppEventKind.OomKill)]
    [InlineData("[12345.678901] php-fpm[812]: segfault at 0 ip 00007f sp 00007f error 4 in libc.so.6[7f+1]", AppEventKind.Segfault)]
    [InlineData("[12345.678901] traps: node[812] general protection fault ip:7f sp:7f error:0 in node[1+2]", AppEventKind.Segfault)]
    [InlineData("[12345.678901] nf_conntrack: nf_conntrack: table full, dropping packet", AppEventKind.ConntrackFull)]
    [InlineData("[12345.678901] TCP: request_sock_TCP: Possible SYN flooding on port 8080. Sending cookies.  Check SNMP counters.", AppEventKind.SynFlood)]
    [InlineData("[12345.678901] FW-DROP: IN=lo OUT= MAC=00 SRC=127.0.0.1 DST=127.0.0.1 LEN=60 TOS=0x00 PROTO=TCP SPT=41000 DPT=3000 WINDOW=65495 SYN", AppEventKind.PacketLogged)]
    [InlineData("Error: listen EADDRINUSE: address already in use :::3000", AppEventKind.BindFailed)]
    [InlineData("Error: Cannot find module '/srv/app.js'", AppEventKind.StartFailed)]
    [InlineData("#<Puma::MiniSSL::SSLError: OpenSSL error: error:1407609C:SSL routines:SSL23_GET_CLIENT_HELLO:http request - 156>", AppEventKind.PlainRequestToTls)]
    [InlineData("2026/11/21 01:02:03 http: TLS handshake error from 10.0.0.9:4000: tls: first record does not look like a TLS handshake", AppEventKind.PlainRequestToTls)]
    [InlineData("Client sent an HTTP request to an HTTPS server.", AppEventKind.PlainRequestToTls)]
    [InlineData("Error during WebSocket handshake: Unexpected response code: 426", AppEventKind.WebSocketRefused)]
    [InlineData("Error: Unexpected server response: 400", AppEventKind.WebSocketRefused)]
    [InlineData("tally.js:9 connect_error Error: websocket error", AppEventKind.WebSocketRefused)]
    [InlineData("Nov 21 01:02:03 web daphne[1211]: Not Found: /ws/tally/7/", AppEventKind.WebSocketRefused)]
    [InlineData("The tally loads, but its websocket doesn't connect through nginx", AppEventKind.WebSocketRefused)]
    [InlineData("uWSGI http bound on :5201 fd 4", AppEventKind.ListeningOn)]
    [InlineData("so it must be a problem of the WebSocket and not of the tally", AppEventKind.WebSocketRefused)]
    [InlineData("Listen queue size is greater than the system max net.core.somaxconn (4096).", AppEventKind.StartFailed)]
    [InlineData("ArgumentError: Already running on PID:812 (or pid=/srv/app/tmp/unicorn.pid is stale)", AppEventKind.StartFailed)]
    [InlineData("Server listening on http://localhost:3000", AppEventKind.ListeningOn)]
    [InlineData("      Now listening on: http://127.0.0.1:5000", AppEventKind.ListeningOn)]
    [InlineData("2026-11-21 01:02:03,123 INFO exited: app (exit status 1; not expected)", AppEventKind.ChildExited)]
    [InlineData("2026-11-21 01:02:03,123 INFO gave up: app entered FATAL state, too many start retries too quickly", AppEventKind.StartLimitHit)]
    [InlineData("web-1  | FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory", AppEventKind.MemoryExhausted)]
    [InlineData("[21-Nov-2026 01:02:03] NOTICE: Reloading in progress ...", AppEventKind.ServerReloading)]
    [InlineData("[21-Nov-2026 01:02:03] NOTICE: Terminating ...", AppEventKind.ServerStopped)]
    [InlineData("PHP message: PHP Warning:  POST Content-Length of 9437184 bytes exceeds the limit of 8388608 bytes in Unknown on line 0", AppEventKind.RequestTooLarge)]
    [InlineData("[2026-11-21 01:02:03 +0000] [7] [INFO] Handling signal: term", AppEventKind.ServerStopped)]
    [InlineData("[2026-11-21 01:02:03 +0000] [7] [INFO] Handling signal: hup", AppEventKind.ServerReloading)]
    [InlineData("[2026-11-21 01:02:03 +0000] [8] [WARNING] Invalid request from ip=127.0.0.1: Request Line is too large (5010 > 4094)", AppEventKind.RequestTooLarge)]
    [InlineData("!!! uWSGI process 83 got Segmentation Fault !!!", AppEventKind.ChildExitedOnSignal)]
    [InlineData("...gracefully killing workers...", AppEventKind.ServerReloading)]
    [InlineData("Nov 20 01:02:03 web systemd[1]: Stopping app.service - My app...", AppEventKind.UnitStopped)]
    [InlineData("Nov 20 01:02:03 web systemd-coredump[77]: Process 812 (php-fpm8.2) of user 33 dumped core.", AppEventKind.ChildExitedOnSignal)]
    [InlineData("Node.js v20.20.2", AppEventKind.ProcessAborted)]
    [InlineData("            triggerUncaughtException(err, true /* fromPromise */);", AppEventKind.ProcessAborted)]
    [InlineData("PM2        | App [api:0] exited with code [1] via signal [SIGINT]", AppEventKind.ChildExited)]
    [InlineData("2026-11-21T01:02:03: PM2 log: App [api:0] exited with code [0] via signal [SIGKILL]", AppEventKind.ChildExitedOnSignal)]
    [InlineData("PM2        | [PM2][WORKER] Process 0 restarted because it exceeds --max-memory-restart value (current_memory=314572800 max_memory_limit=209715200 [octets])", AppEventKind.MemoryExhausted)]
    [InlineData("# A fatal error has been detected by the Java Runtime Environment:", AppEventKind.ProcessAborted)]
    [InlineData("Terminating due to java.lang.OutOfMemoryError: Java heap space", AppEventKind.MemoryExhausted)]
    [InlineData("Caused by: org.apache.tomcat.util.http.fileupload.impl.FileSizeLimitExceededException: The field file exceeds its maximum permitted size of 1048576 bytes.", AppEventKind.RequestTooLarge)]
    [InlineData("Unhandled exception. System.InvalidOperationException: boom", AppEventKind.ProcessAborted)]
    [InlineData("      An unhandled exception has occurred while executing the request.", AppEventKind.UnhandledError)]
    [InlineData("Microsoft.AspNetCore.Server.Kestrel.Core.BadHttpRequestException: Request body too large. The max request body size is 30000000 bytes.", AppEventKind.RequestTooLarge)]
    [InlineData("E, [2026-11-21T01:02:03.123456 #7] ERROR -- : worker=0 PID:8 timeout (61s > 60s), killing", AppEventKind.WorkerTimeout)]
    [InlineData("[7] ! Terminating timed out worker (worker failed to check in within 60 seconds): 8", AppEventKind.WorkerTimeout)]
    [InlineData("[7] - Worker 0 (PID: 38) booted in 0.03s, phase: 0", AppEventKind.WorkerBooting)]
    [InlineData("[7] Puma starting in cluster mode...", AppEventKind.ServerStarted)]
    [InlineData("E, [2026-11-21T01:02:03.123456 #7] ERROR -- : reaped #<Process::Status: pid 8 SIGKILL (signal 9)> worker=0", AppEventKind.ChildExitedOnSignal)]
    [InlineData("E, [2026-11-21T01:02:03.123456 #7] ERROR -- : reaped #<Process::Status: pid 8 exit 1> worker=0", AppEventKind.ChildExited)]
    [InlineData("[Sat Nov 21 01:02:03.123456 2026] [core:notice] [pid 7:tid 1] AH00052: child pid 3117 exit signal Segmentation fault (11)", AppEventKind.ChildExitedOnSignal)]
    [InlineData("[Sat Nov 21 01:02:03.123456 2026] [mpm_event:error] [pid 7:tid 1] AH00484: server reached MaxRequestWorkers setting, consider raising the MaxRequestWorkers setting", AppEventKind.MaxChildrenReached)]
    [InlineData("2026-11-21 01:02:03,123 INFO exited: app (terminated by SIGKILL; not expected)", AppEventKind.ChildExitedOnSignal)]
    [InlineData("2026-11-21 01:02:03,123 INFO stopped: app (terminated by SIGTERM)", AppEventKind.ServerStopped)]
    [InlineData("Nov 20 01:02:03 web dockerd[9]: time=\"2026-11-20T01:02:03Z\" level=info msg=\"restarting container\" exitCode=139 restartCount=6", AppEventKind.MainProcessExited)]
    [InlineData("app-1 exited with code 137", AppEventKind.MainProcessExited)]
    [InlineData("2026/11/21 01:02:03 http: panic serving 127.0.0.1:40000: runtime error: index out of range [3] with length 3", AppEventKind.RequestPanicked)]
    [InlineData("panic: runtime error: invalid memory address or nil pointer dereference", AppEventKind.ProcessAborted)]
    [InlineData("thread 'tokio-runtime-worker' panicked at src/main.rs:12:5:", AppEventKind.RequestPanicked)]
    [InlineData("SQLSTATE[HY000] [1040] Too many connections", AppEventKind.ConnectionsExhausted)]
    [InlineData("psycopg2.OperationalError: FATAL:  sorry, too many clients already", AppEventKind.ConnectionsExhausted)]
    [InlineData("[12345.678901] php-fpm8.2[812]: unhandled signal 11 (code 0x1) at 0", AppEventKind.Segfault)]
    public void KnownLine_IsItsEvent(string line, AppEventKind kind) => Assert.Equal(kind, Read(line).Kind);

    [Fact]
    public void Details_AreRead()
    {
        AppLogEvent pool = Read("[21-Nov-2026 01:02:03] WARNING: [pool www] server reached pm.max_children setting (5), consider raising it");
        Assert.Equal(("www", 5L, new DateTime(2026, 11, 21, 1, 2, 3), AppLogKind.PhpFpm), (pool.Pool, pool.Value, pool.Time, pool.Log));
        AppLogEvent timedOut = Read("[21-Nov-2026 01:02:03] WARNING: [pool www] child 123, script '/srv/a.php' (request: \"GET /a.php\") execution timed out (5.01 sec), terminating");
        Assert.Equal((123, "/srv/a.php", "GET /a.php", 5.01), (timedOut.Pid, timedOut.Script, timedOut.Request, timedOut.Seconds));
        AppLogEvent exited = Read("Nov 20 01:02:03 web systemd[1]: app.service: Main process exited, code=killed, status=9/KILL");
        Assert.Equal(("app.service", 9, (int?)null), (exited.Source, exited.Signal, exited.ExitStatus));
        Assert.Equal(new DateTime(2026, 11, 20, 1, 2, 3), exited.Time);
        AppLogEvent oom = Read("[1.000001] Out of memory: Killed process 812 (node) total-vm:1000kB, anon-rss:900kB");
        Assert.Equal((812, "node", 900L), (oom.Pid, oom.Process, oom.Value));
        AppLogEvent listening = Read("[2026-11-21 01:02:03 +0000] [7] [INFO] Listening at: unix:/run/app.sock (7)");
        Assert.Equal("unix:/run/app.sock", listening.Address);
        Assert.Equal(("[::]:3000", 3000), (Read("Error: listen EADDRINUSE: address already in use :::3000").Address, Read("Error: listen EADDRINUSE: address already in use :::3000").Port));
        AppLogEvent inUse = Read("[2026-11-21 01:02:03 +0000] [7] [ERROR] Connection in use: ('127.0.0.1', 8000)");
        Assert.Equal(("127.0.0.1:8000", 8000, true), (inUse.Address, inUse.Port, inUse.TimeIsUtc));
        AppLogEvent queue = Read("*** uWSGI listen queue of socket \"127.0.0.1:3031\" (fd: 3) full !!! (101/100) ***");
        Assert.Equal(("127.0.0.1:3031", 100L), (queue.Address, queue.Value));
        Assert.Equal(("127.0.0.1", 3000), (Read("x IN=lo OUT= SRC=127.0.0.1 DST=127.0.0.1 PROTO=TCP SPT=41000 DPT=3000").Address, Read("x IN=lo OUT= SRC=127.0.0.1 DST=127.0.0.1 PROTO=TCP SPT=41000 DPT=3000").Port));
    }

    [Theory]
    [InlineData("GET /started 200")]
    [InlineData("user Started shopping")]
    [InlineData("nothing to see")]
    public void OrdinaryLine_IsNoEvent(string line)
    {
        AppLogReader reader = new("app.log");
        reader.Push(Encoding.UTF8.GetBytes(line + "\n"), e => Assert.Fail(e.Kind + ": " + line));
    }

    [Theory]
    [InlineData("2026/11/20 22:37:13 [error] 7#7: *1 connect() failed", LogKind.NginxError)]
    [InlineData("192.0.2.7 - - [20/Nov/2026:22:37:13 +0100] \"GET / HTTP/1.1\" 502 157 \"-\" \"curl/8\"", LogKind.NginxAccess)]
    [InlineData("[21-Nov-2026 01:02:03] NOTICE: fpm is running, pid 7", LogKind.PhpFpm)]
    [InlineData("[2026-11-21 01:02:03 +0000] [7] [INFO] Starting gunicorn 20.1.0", LogKind.Gunicorn)]
    [InlineData("*** Starting uWSGI 2.0.21 (64bit) on [Sat Nov 21 01:02:03 2026] ***", LogKind.Uwsgi)]
    [InlineData("Nov 20 01:02:03 web systemd[1]: Started app.service.", LogKind.Journal)]
    [InlineData("[12345.678901] eth0: link up", LogKind.Kernel)]
    [InlineData("lorem ipsum", LogKind.Unknown)]
    public void KindOfALog_IsSeenInItsHead(string line, LogKind kind) => Assert.Equal(kind, LogKinds.Recognise(Encoding.UTF8.GetBytes(line + "\n" + line + "\n")));
}
