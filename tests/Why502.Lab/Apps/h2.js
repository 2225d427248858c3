// An HTTP/2 server without TLS that answers every stream, or refuses it with an error code of RFC 9113, section 7.
// node h2.js PORT [CODE]
'use strict';
const http2 = require('http2');

const server = http2.createServer();
server.on('stream', (stream) => {
  stream.on('error', () => {});
  if (process.argv[3]) {
    stream.close(Number(process.argv[3]));
    return;
  }
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' });
  stream.end('ok');
});
server.on('sessionError', () => {});
server.listen(Number(process.argv[2]), '127.0.0.1');
