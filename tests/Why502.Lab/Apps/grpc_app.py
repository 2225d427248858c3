"""A gRPC server whose method answers as its name says, with python3-grpcio and no generated code.

grpc_app.py PORT      /lab.Lab/Ok.
"""
import sys
from concurrent import futures

import grpc


class Lab(grpc.GenericRpcHandler):
    def service(self, details):
        if not details.method.startswith("/lab.Lab/"):
            return None
        return grpc.unary_unary_rpc_method_handler(lambda request, context: b"ok")


server = grpc.server(futures.ThreadPoolExecutor(max_workers=2))
server.add_generic_rpc_handlers((Lab(),))
server.add_insecure_port("127.0.0.1:" + sys.argv[1])
server.start()
server.wait_for_termination()
