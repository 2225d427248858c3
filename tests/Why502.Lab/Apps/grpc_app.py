"""A gRPC server whose method answers as its name says, with python3-grpcio and no generated code.

grpc_app.py PORT [WORD]     /lab.Lab/Ok; with WORD the health service says it: SERVING, NOT_SERVING.
"""
import sys
from concurrent import futures

import grpc


class Lab(grpc.GenericRpcHandler):
    def service(self, details):
        if details.method == "/grpc.health.v1.Health/Check" and len(sys.argv) > 2:
            answer = bytes([8, {"SERVING": 1, "NOT_SERVING": 2}[sys.argv[2]]])
            return grpc.unary_unary_rpc_method_handler(lambda request, context: answer)
        if not details.method.startswith("/lab.Lab/"):
            return None
        return grpc.unary_unary_rpc_method_handler(lambda request, context: b"ok")


server = grpc.server(futures.ThreadPoolExecutor(max_workers=2))
server.add_generic_rpc_handlers((Lab(),))
server.add_insecure_port("127.0.0.1:" + sys.argv[1])
server.start()
server.wait_for_termination()
