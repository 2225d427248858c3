// A WebSocket server without a library: accepts the upgrade (RFC 6455, section 4.2.2) and then says nothing; a plain GET of /ws is refused
// with the status that the second argument names, everything else is answered.
// node websocket.js PORT STATUS
'use strict';
const crypto = require('crypto');
const fs = require('fs');
const http = require('http');
const path = require('path');

const server = http.createServer((request, response) => {
  fs.appendFileSync(path.join(__dirname, 'requests.log'), JSON.stringify({ method: request.method, target: request.url, agent: request.headers['user-agent'] }) + '\n');
  response.writeHead(request.url.startsWith('/ws') ? Number(process.argv[3]) : 200);
  response.end('plain\n');
});

server.on('upgrade', (request, socket) => {
  const key = crypto.createHash('sha1').update(request.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest('base64');
  socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ' + key + '\r\n\r\n');
  socket.on('error', () => {});
});

server.listen(Number(process.argv[2]), '127.0.0.1');
