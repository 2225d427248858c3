// A Node app that closes idle connections early; /slow answers a little later, so that requests at once take connections of their own.
// node race.js PORT
'use strict';
const http = require('http');

const server = http.createServer((request, response) => {
  const url = new URL(request.url, 'http://app');
  request.resume();
  request.on('end', () => {
    setTimeout(() => response.end('ok\n'), url.pathname === '/slow' ? 150 : 0);
  });
});
server.keepAliveTimeout = KEEP_ALIVE;
server.listen(Number(process.argv[2]), '127.0.0.1');
