import { once } from 'node:events';
import { appendFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { request } from 'undici';
import { expect, onTestFinished, test } from 'vitest';
import { openFolder } from '../../src/local-heroku/folder.ts';
import { answerReleaseOutput } from '../../src/local-heroku/release-output.ts';
import { temporaryFolder } from '../support/folder.ts';

async function setUp() {
  const folder = await openFolder(temporaryFolder());
  const releasePhases = new Set<string>(['r-1']);
  const server = createServer((_request, response) =>
    answerReleaseOutput({ folder, releasePhases }, 'r-1', response),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    file: folder.releaseOutput('r-1'),
    end: () => releasePhases.delete('r-1'),
    ask: (range?: string) => request(url, { headers: range === undefined ? {} : { range } }),
  };
}

test('the output of a release phase is not there before it begins', async () => {
  const { ask } = await setUp();
  expect((await ask()).statusCode).toBe(404);
});

test('the output of a release phase goes on until that is over', async () => {
  const { file, end, ask } = await setUp();
  await writeFile(file, '');
  const { statusCode, body } = await ask();
  expect(statusCode).toBe(200);
  await appendFile(file, 'one\n');
  await appendFile(file, 'two\n');
  end();
  expect(await body.text()).toBe('one\ntwo\n');
});

test('the output of a release phase can be had from any byte on', async () => {
  const { file, end, ask } = await setUp();
  await writeFile(file, 'one\n');
  const { statusCode, headers, body } = await ask('bytes=2-');
  expect(statusCode).toBe(206);
  expect(headers['content-range']).toBe('bytes 2-/*');
  const later = await ask('bytes=4-');
  expect(later.statusCode).toBe(206);
  expect((await ask('bytes=5-')).statusCode).toBe(416);
  await appendFile(file, 'two\n');
  end();
  expect(await body.text()).toBe('e\ntwo\n');
  expect(await later.body.text()).toBe('two\n');
  expect((await ask('bytes=8-')).statusCode).toBe(416);
  expect(await (await ask('bytes=0-')).body.text()).toBe('one\ntwo\n');
});
