"""The lab's WSGI app: answers as routes.json beside it says, and writes down every request it gets."""
import json
import os
import socket
import time

HERE = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(HERE, "routes.json")) as file:
    ROUTES = json.load(file)


def note(environ):
    line = json.dumps({
        "method": environ["REQUEST_METHOD"],
        "target": environ.get("RAW_URI", environ["PATH_INFO"]),
        "cookie": environ.get("HTTP_COOKIE"),
        "authorization": environ.get("HTTP_AUTHORIZATION"),
        "agent": environ.get("HTTP_USER_AGENT"),
    })
    with open(os.path.join(HERE, "requests.log"), "a") as file:
        file.write(line + "\n")


def pick(values, query):
    number = 0
    for pair in query.split("&"):
        if pair.startswith("n=") and pair[2:].isdigit():
            number = int(pair[2:])
    return values[number % len(values)]


def app(environ, start_response):
    note(environ)
    route = ROUTES.get(environ["PATH_INFO"])
    if route is None:
        start_response("404 Not Found", [("Content-Length", "10")])
        return [b"not found\n"]
    if route["crash"]:
        os._exit(1)
    if route["signal"]:
        os.kill(os.getpid(), route["signal"])
        time.sleep(5)
    kept = []
    if route["memory"]:
        kept = [b"m" * 1048576 for _ in range(route["memory"])]
    if route["waits"]:
        host, port = route["waits"].rsplit(":", 1)
        kept.append(socket.create_connection((host, int(port))))
        kept[-1].sendall(b"select 1")
    if route["sleep"]:
        time.sleep(pick(route["sleep"], environ.get("QUERY_STRING", "")))
    body = b"x" * route["body"] + b"\n"
    headers = [("Content-Length", str(len(body)))]
    if route["header"]:
        headers.append(("Set-Cookie", "session=" + "s" * route["header"]))
    start_response("%d Status" % route["status"], headers)
    return [body]
