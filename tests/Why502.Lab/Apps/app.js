// The lab's Node app: answers as routes.json beside it says, and writes down every request it gets.
// node app.js HOST PORT   or   node app.js unix PATH
'use strict';
const fs = require('fs');
const http = require('http');
const path = require('path');
const { execSync } = require('child_process');

const routes = JSON.parse(fs.readFileSync(path.join(__dirname, 'routes.json'), 'utf8'));

function pick(values, query) {
  const number = Number(query.get('n') || 0);
  return values[number % values.length];
}

const server = http.createServer((request, response) => {
  fs.appendFileSync(path.join(__dirname, 'requests.log'), JSON.stringify({
    method: request.method,
    target: request.url,
    cookie: request.headers.cookie,
    authorization: request.headers.authorization,
    agent: request.headers['user-agent'],
  }) + '\n');
  const url = new URL(request.url, 'http://app');
  const route = routes[url.pathname];
  if (!route) {
    response.writeHead(404);
    response.end('not found\n');
    return;
  }
  if (route.crash) {
    process.exit(1);
  }
  if (route.signal) {
    process.kill(process.pid, route.signal);
    return;
  }
  if (route.throw) {
    setImmediate(() => { throw new Error('nobody catches this'); });
    return;
  }
  if (route.block) {
    execSync('sleep ' + route.block);
  }
  const answer = () => {
    const headers = {};
    if (route.header) {
      headers['Set-Cookie'] = ['session=' + 's'.repeat(route.header / 2), 'cart=' + 'c'.repeat(route.header / 2)];
    }
    response.writeHead(route.status, headers);
    response.end('x'.repeat(route.body) + '\n');
  };
  if (request.headers['content-length'] && Number(request.headers['content-length']) > 0) {
    // An answer before the body was read ends in a reset now and then.
    request.resume().on('end', answer);
  } else if (route.sleep.length) {
    setTimeout(answer, pick(route.sleep, url.searchParams) * 1000);
  } else {
    answer();
  }
});

if (process.argv[2] === 'unix') {
  server.listen(process.argv[3]);
} else {
  server.listen({ host: process.argv[2], port: Number(process.argv[3]), ipv6Only: true });
}
