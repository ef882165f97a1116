import { expect, test } from 'vitest';
import { parseSocketTable } from '../../src/docker/listening.ts';

const header =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';

function socket(local: string, state = '0A'): string {
  const remote = `${'0'.repeat(local.indexOf(':'))}:0000`;
  return `   0: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000 1000 0 4711 1`;
}

test.each([
  ['0.0.0.0:3000', '00000000:0BB8', { port: 3000, loopback: false }],
  ['172.17.0.2:3000', '020011AC:0BB8', { port: 3000, loopback: false }],
  ['127.0.0.1:3000', '0100007F:0BB8', { port: 3000, loopback: true }],
  ['[::]:3000', `${'0'.repeat(32)}:0BB8`, { port: 3000, loopback: false }],
  ['[::1]:3000', '00000000000000000000000001000000:0BB8', { port: 3000, loopback: true }],
  [
    '[::ffff:127.0.0.1]:3000',
    '0000000000000000FFFF00000100007F:0BB8',
    { port: 3000, loopback: true },
  ],
])('a socket that listens on %s is seen as such', (_, local, expected) => {
  expect(parseSocketTable(`${header}\n${socket(local)}\n`)).toEqual([expected]);
});

test('sockets that are connected, or Docker’s own resolver, do not count', () => {
  const table = [header, socket('00000000:0BB8', '01'), socket('0B00007F:9ABC'), header];
  expect(parseSocketTable(table.join('\n'))).toEqual([]);
});
