"""A plain TCP or unix-socket listener that misbehaves in one way.

peer.py MODE ADDRESS [AMOUNT]     ADDRESS: HOST:PORT, [HOST]:PORT or /path
  close         reads the request and closes without an answer
  close-early   closes as soon as it has accepted
  reset         reads the request and resets the connection (SO_LINGER 0)
  hang          reads the request and never answers
  never-accept  listens with a backlog of AMOUNT and never accepts
  flood         answers with a body that never ends
  flood-header  answers with a header that never ends
  answer        answers 200 to everything
  truncate      answers with Content-Length 5000 and closes after 1000 bytes of it
  reset-body    the same, and resets the connection
  stall         the same, and then sends nothing more
  bad-chunk     answers chunked, with a size that is no number
  space         answers with a space in a header's name
  both          answers with Content-Length and with Transfer-Encoding
  fastcgi-zero  answers in FastCGI, and one record is shorter than its header says
  raw           answers with text that is no HTTP at all
  deaf          reads nothing of the request
"""
import json
import os
import socket
import struct
import sys
import threading
import time

MODE, ADDRESS = sys.argv[1], sys.argv[2]
AMOUNT = int(sys.argv[3]) if len(sys.argv) > 3 else 128
HERE = os.path.dirname(os.path.abspath(__file__))


def listener():
    if ADDRESS.startswith("/"):
        sock = socket.socket(socket.AF_UNIX)
        sock.bind(ADDRESS)
        os.chmod(ADDRESS, 0o666)
    else:
        host, port = ADDRESS.rsplit(":", 1)
        host = host.strip("[]")
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        sock = socket.socket(family)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind((host, int(port)))
    sock.listen(AMOUNT)
    return sock


def note(data):
    if not data:
        return
    lines = data.decode("latin-1").split("\r\n")
    words = lines[0].split(" ")
    headers = {k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:])}
    with open(os.path.join(HERE, "requests.log"), "a") as file:
        file.write(json.dumps({
            "method": words[0], "target": words[1] if len(words) > 1 else "",
            "cookie": headers.get("cookie"), "authorization": headers.get("authorization"),
            "agent": headers.get("user-agent"),
        }) + "\n")


def serve(connection):
    try:
        if MODE == "close-early":
            return
        if MODE == "deaf":
            time.sleep(3600)
        note(connection.recv(65536))
        if MODE == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif MODE == "hang":
            time.sleep(3600)
        elif MODE == "flood":
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
            while True:
                connection.sendall(b"x" * 65536)
        elif MODE == "flood-header":
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            while True:
                connection.sendall(b"X-Flood: " + b"x" * 65536 + b"\r\n")
        elif MODE in ("truncate", "stall", "reset-body"):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b"x" * 1000)
            time.sleep(0.2)
            if MODE == "reset-body":
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            if MODE == "stall":
                time.sleep(3600)
        elif MODE == "bad-chunk":
            connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nno size\r\n")
        elif MODE == "space":
            connection.sendall(b"HTTP/1.1 200 OK\r\nCache Control: no-store\r\nContent-Length: 3\r\n\r\nok\n")
        elif MODE == "both":
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nok\n\r\n0\r\n\r\n")
        elif MODE == "fastcgi-zero":
            header = b"Content-Type: text/plain\r\n\r\n"
            connection.sendall(struct.pack("!BBHHBB", 1, 6, 1, len(header), 0, 0) + header + b"\0" * 16)
        elif MODE == "raw":
            connection.sendall(b"-ERR unknown command 'GET'\r\n")
        elif MODE == "answer":
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n")
    except OSError:
        pass
    finally:
        connection.close()


server = listener()
if MODE == "never-accept":
    while True:
        time.sleep(3600)
while True:
    threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()
