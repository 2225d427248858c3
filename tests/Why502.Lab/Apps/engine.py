"""
A stand-in for Docker's engine: the few answers of its API that a look and a start need, recorded from Docker 24 (API 1.43), around one container whose
program is really started and stopped. Arguments: SOCKET NAME PORT PROGRAM...
"""
import http.server
import json
import os
import re
import signal
import socketserver
import subprocess
import sys

PATH, NAME, PORT, PROGRAM = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4:]
ID = "4c01db0b339c4d1c8f3d2a7d6d7c1a5b9e0f6f3a2b1c0d9e8f7a6b5c4d3e2f1a"
running = None


def details():
    up = running is not None and running.poll() is None
    return {
        "Id": ID, "Name": "/" + NAME, "Created": "2026-01-15T10:00:00.000000000Z", "RestartCount": 0,
        "State": {"Status": "running" if up else "exited", "Running": up, "Paused": False, "Restarting": False, "OOMKilled": False, "Dead": False,
                  "Pid": running.pid if up else 0, "ExitCode": 0 if up else 1, "Error": "", "StartedAt": "2026-01-15T10:00:01.000000000Z", "FinishedAt": "2026-01-15T11:00:00.000000000Z"},
        "Config": {"Image": "shop:1", "Labels": {}, "ExposedPorts": {f"{PORT}/tcp": {}}},
        "HostConfig": {"NetworkMode": "host", "RestartPolicy": {"Name": "no", "MaximumRetryCount": 0}, "PortBindings": {f"{PORT}/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(PORT)}]}},
        "NetworkSettings": {"Ports": {}, "Networks": {}},
    }


class Engine(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def say(self, status, body=None):
        data = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Api-Version", "1.43")
        self.send_header("Ostype", "linux")
        self.send_header("Server", "Docker/24.0.7 (linux)")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_HEAD(self):
        self.say(200)

    def do_GET(self):
        path = re.sub(r"^/v[0-9.]+", "", self.path.split("?")[0])
        if path == "/_ping":
            self.say(200)
        elif path == "/version":
            self.say(200, {"Platform": {"Name": "Docker Engine - Community"}, "Version": "24.0.7", "ApiVersion": "1.43", "MinAPIVersion": "1.12", "Os": "linux", "Components": [{"Name": "Engine", "Version": "24.0.7"}]})
        elif path == "/containers/json":
            up = details()["State"]["Running"]
            self.say(200, [{"Id": ID, "Names": ["/" + NAME], "Image": "shop:1", "State": "running" if up else "exited", "Status": "Up 1 second" if up else "Exited (1) 1 hour ago", "Labels": {}, "Ports": []}])
        elif path in (f"/containers/{ID}/json", f"/containers/{NAME}/json"):
            self.say(200, details())
        elif path.endswith("/logs"):
            self.say(200)
        else:
            self.say(404, {"message": f"page not found: {path}"})

    def do_POST(self):
        global running
        path = re.sub(r"^/v[0-9.]+", "", self.path.split("?")[0])
        if path in (f"/containers/{ID}/start", f"/containers/{NAME}/start"):
            running = subprocess.Popen(PROGRAM)
            self.say(204)
        elif path in (f"/containers/{ID}/stop", f"/containers/{NAME}/stop"):
            if running is not None:
                running.send_signal(signal.SIGTERM)
                running.wait()
            self.say(204)
        else:
            self.say(404, {"message": f"page not found: {path}"})

    def log_message(self, *_):
        pass


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


if os.path.exists(PATH):
    os.unlink(PATH)
Engine.address_string = lambda self: "unix"
Server(PATH, Engine).serve_forever()
