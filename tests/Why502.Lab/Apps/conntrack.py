"""Fills the connection-tracking table of this network namespace with established TCP connections that nobody holds.

conntrack.py MAX      Each entry is a handshake of three raw packets (SYN, SYN-ACK, ACK) on loopback, dropped behind the tracker.
An established entry is not given up early for a new one (nf_conntrack_core.c, early_drop), so a full table stays full.
"""
import socket
import struct
import sys

MAX = int(sys.argv[1])
raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 22)


def packet(source, destination, sport, dport, seq, ack, flags):
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 40, 0, 0, 64, 6, 0, source, destination)
    return ip + struct.pack("!HHIIBBHHH", sport, dport, seq, ack, 0x50, flags, 65535, 0, 0)


client = socket.inet_aton("127.9.0.1")
made = 0
try:
    for host in range(1, 255):
        name = f"127.9.1.{host}"
        server = socket.inet_aton(name)
        for port in range(1024, 65000):
            raw.sendto(packet(client, server, port, 9, 1, 0, 0x02), (name, 0))
            raw.sendto(packet(server, client, 9, port, 1, 2, 0x12), ("127.9.0.1", 0))
            raw.sendto(packet(client, server, port, 9, 2, 2, 0x10), (name, 0))
            made += 1
            if made > MAX + 2000:
                sys.exit("the table takes more than its limit")
except PermissionError:
    # NF_DROP on the way out: the table is full.
    print(made)
