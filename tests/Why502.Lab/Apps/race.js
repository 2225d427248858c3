// A Node app whose event loop is now and then busy longer than it keeps idle connections: /busy blocks it for the
// seconds in the query, /slow answers a little later.
// node race.js PORT
'use strict';
const http = require('http');
const { execSync } = require('child_process');

const server = http.createServer((request, response) => {
  const url = new URL(request.url, 'http://app');
  request.resume();
  request.on('end', () => {
    if (url.pathname === '/busy') {
      execSync('sleep ' + Number(url.searchParams.get('n')));
    }
    setTimeout(() => response.end('ok\n'), url.pathname === '/slow' ? 150 : 0);
  });
});
server.keepAliveTimeout = KEEP_ALIVE;
server.listen(Number(process.argv[2]), '127.0.0.1');
