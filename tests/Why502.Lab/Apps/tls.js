// An HTTPS server on loopback. node tls.js PORT KEY CERTIFICATE
'use strict';
const fs = require('fs');
const https = require('https');

https.createServer({ key: fs.readFileSync(process.argv[3]), cert: fs.readFileSync(process.argv[4]) }, (request, response) => response.end('ok\n'))
  .listen(Number(process.argv[2]), '127.0.0.1');
