const { createServer } = require('node:http');
const escapeHtml = require('escape-html');

const greeting = escapeHtml('It runs, installed by Yarn 4');

createServer((_request, response) => {
  response.end(`${greeting}; NODE_ENV is ${process.env.NODE_ENV}\n`);
}).listen(process.env.PORT);
