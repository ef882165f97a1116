import express from 'express';
import { page } from './page.js';

const app = express();
const port = Number(process.env['PORT'] ?? 3000);

app.get('/', (_request, response) => {
  response.send(
    page({
      'Node.js': process.version,
      NODE_ENV: process.env['NODE_ENV'] ?? 'not set',
      Dyno: process.env['DYNO'] ?? 'none',
      Greeting: process.env['GREETING'] ?? 'none; try: heroku config:set GREETING=hello',
    }),
  );
});

app.listen(port, () => {
  process.stdout.write(`Listening on port ${port}\n`);
});
