#!/usr/bin/python3
"""
A stand-in for Docker's engine with one container of a compose project, and for the compose plugin of docker's command: no engine runs in the lab. The answers are those of Docker 24
(API 1.43); the program in its network namespace, the connections to it and docker's command are real. Published ports are forwarded as docker-proxy does.
As engine: SOCKET NAMESPACE ADDRESS FILE WRITTEN. As plugin (its name): docker's own arguments.
"""
import http.client
import http.server
import json
import os
import re
import socket
import socketserver
import subprocess
import sys
import threading
import time

ID = "7b3cf1d0b339c4d1c8f3d2a7d6d7c1a5b9e0f6f3a2b1c0d9e8f7a6b5c4d3e2f1"


def read(path):
    """Of service web: the address its command listens on, and its ports in the short form with an address."""
    text = "\n".join(open(file).read() for file in path.split(","))
    return re.findall(r"--bind[ =]([0-9.]+):3000", text)[-1], re.findall(r"""["']?([0-9.]+):(\d+):(\d+)["']?""", re.sub(r"command:.*", "", text))


def pump(one, other):
    try:
        while data := one.recv(65536):
            other.sendall(data)
        other.shutdown(socket.SHUT_WR)
    except OSError:
        pass


class Service:
    def __init__(self, namespace, address, file):
        self.namespace, self.address, self.file, self.program, self.listeners = namespace, address, file, None, []
        self.up()

    def up(self):
        if self.program is not None:
            self.program.kill()
            self.program.wait()
        for listener in self.listeners:
            # One that another thread waits in is closed by its last connection only.
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        host, self.ports = read(self.file)
        self.program = subprocess.Popen(["nsenter", "--net=/run/netns/" + self.namespace, "--", "/usr/bin/python3", "-m", "http.server", "3000", "--bind", host], cwd="/")
        self.created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 1))
        self.listeners = [socket.create_server((ip, int(outer))) for ip, outer, _ in self.ports]
        for listener, (_, _, inner) in zip(self.listeners, self.ports):
            threading.Thread(target=self.forward, args=(listener, int(inner)), daemon=True).start()

    def forward(self, listener, inner):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection((self.address, inner), 2)
            except OSError:
                client.close()
                continue
            threading.Thread(target=pump, args=(client, server), daemon=True).start()
            threading.Thread(target=pump, args=(server, client), daemon=True).start()

    def details(self):
        labels = {"com.docker.compose.project": "shop", "com.docker.compose.service": "web", "com.docker.compose.project.config_files": self.file, "com.docker.compose.project.working_dir": os.path.dirname(self.file.split(",")[0])}
        return {
            "Id": ID, "Name": "/shop-web-1", "Created": self.created, "RestartCount": 0,
            "State": {"Status": "running", "Running": True, "Paused": False, "Restarting": False, "OOMKilled": False, "Dead": False, "Pid": self.program.pid, "ExitCode": 0, "Error": "", "StartedAt": self.created, "FinishedAt": "0001-01-01T00:00:00Z"},
            "Config": {"Image": "shop:1", "Labels": labels, "ExposedPorts": {"3000/tcp": {}}},
            "HostConfig": {"NetworkMode": "shop_default", "RestartPolicy": {"Name": "no", "MaximumRetryCount": 0}, "PortBindings": {f"{inner}/tcp": [{"HostIp": ip, "HostPort": outer}] for ip, outer, inner in self.ports}},
            "NetworkSettings": {"Ports": {}, "Networks": {"shop_default": {"IPAddress": self.address, "Aliases": ["web"]}}},
        }


class Engine(http.server.BaseHTTPRequestHandler):
    def say(self, status, body=None):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        path = re.sub(r"^/v[0-9.]+", "", self.path.split("?")[0])
        if path == "/version":
            self.say(200, {"Version": "24.0.7", "ApiVersion": "1.43", "Components": [{"Name": "Engine", "Version": "24.0.7"}]})
        elif path == "/containers/json":
            self.say(200, [{"Id": ID, "Names": ["/shop-web-1"], "Image": "shop:1", "State": "running", "Labels": {}, "Ports": []}])
        elif path == f"/containers/{ID}/json":
            self.say(200, service.details())
        elif path == f"/containers/{ID}/changes":
            self.say(200, [{"Path": "/tmp", "Kind": 0}, {"Path": "/tmp/cache", "Kind": 1}] + [{"Path": path, "Kind": 1} for path in written])
        else:
            self.say(404, {"message": f"page not found: {path}"})

    def do_POST(self):
        service.up()
        self.say(200)

    def log_message(self, *_):
        pass


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


if os.path.basename(sys.argv[0]) == "docker-compose":
    if sys.argv[1:2] == ["docker-cli-plugin-metadata"]:
        print(json.dumps({"SchemaVersion": "0.1.0", "Vendor": "why502's lab", "Version": "2.0"}))
    else:
        connection = http.client.HTTPConnection("localhost")
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect("/run/docker.sock")
        connection.request("POST", "/up")
        sys.exit(0 if connection.getresponse().status == 200 else 1)
else:
    written = sys.argv[5:]
    service = Service(*sys.argv[2:5])
    Engine.address_string = lambda self: "unix"
    Server(sys.argv[1], Engine).serve_forever()
