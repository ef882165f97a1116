import { setTimeout as delay } from 'node:timers/promises';
import { askDocker } from '../docker/command.ts';
import { DeployError } from '../errors.ts';
import { dynoUserId } from './dyno-archive.ts';
import { dynoStatus, readLogs } from './process.ts';

/** A socket of the dyno's user that waits for connections. */
export interface ListeningSocket {
  readonly port: number;
  /** Reachable from inside the dyno only. */
  readonly loopback: boolean;
}

/** What is waited for. */
export interface Awaited {
  readonly container: string;
  /** For messages: `web.1`. */
  readonly name: string;
  /** The port in `$PORT`, inside the container. */
  readonly port: number;
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
}

const pauseMilliseconds = 200;
const shownLogLines = 20;
const stateListen = '0A';

/**
 * Waits until the dyno's own process listens on `$PORT`.
 *
 * Looks in the kernel's table of the container's sockets. A connection to the published port proves
 * nothing, since Docker's proxy accepts it before the process listens; a request would be the app's
 * to answer, late or never, and would have to be HTTP; and neither reaches an engine on another machine.
 * @throws DeployError where the process ends first (H10 on the platform) or the time is over (R10),
 * with the dyno's last lines.
 */
export async function waitUntilListening(awaited: Awaited): Promise<void> {
  const deadline = Date.now() + awaited.timeoutSeconds * 1000;
  for (;;) {
    const sockets = await listeningSockets(awaited.container);
    if (sockets === undefined) throw await crashed(awaited);
    if (sockets.some((socket) => socket.port === awaited.port && !socket.loopback)) return;
    if (Date.now() >= deadline) throw await timedOut(awaited, sockets);
    await delay(pauseMilliseconds, undefined, { signal: awaited.signal });
  }
}

async function listeningSockets(container: string): Promise<ListeningSocket[] | undefined> {
  try {
    return parseSocketTable(
      await askDocker(['exec', container, 'cat', '/proc/net/tcp', '/proc/net/tcp6']),
    );
  } catch (error) {
    if ((await dynoStatus(container)).status !== 'running') return undefined;
    throw error;
  }
}

/**
 * Reads the kernel's tables of TCP sockets (proc_net_tcp in the kernel's documentation): the dyno
 * user's listening ones.
 */
export function parseSocketTable(table: string): ListeningSocket[] {
  return table
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === stateListen && Number(fields[7]) === dynoUserId)
    .map((fields) => {
      const [address = '', port = ''] = (fields[1] ?? '').split(':');
      return { port: Number.parseInt(port, 16), loopback: isLoopback(address) };
    });
}

/** Addresses are in the table as 32-bit words in the machine's byte order, little endian on amd64. */
function isLoopback(address: string): boolean {
  if (address.length === 8) return address.endsWith('7F');
  return (
    address === '00000000000000000000000001000000' ||
    (address.startsWith('0000000000000000FFFF0000') && address.endsWith('7F'))
  );
}

async function crashed({ container, name }: Awaited): Promise<DeployError> {
  const state = await dynoStatus(container);
  const ending =
    state.status === 'exited' ? `exit code ${state.exitCode}` : 'its container is gone';
  return new DeployError(
    `${name} crashed before it listened on $PORT (${ending})${await lastLines(container)}`,
    'Mend what its last lines name; the command runs in /app, after .profile.d, with the config vars set.',
  );
}

async function timedOut(
  { container, name, timeoutSeconds }: Awaited,
  sockets: readonly ListeningSocket[],
): Promise<DeployError> {
  return new DeployError(
    `${name} did not listen on $PORT within ${timeoutSeconds} seconds${await lastLines(container)}`,
    `${describe(sockets)} Let it listen on 0.0.0.0 and the port in the PORT environment variable.`,
  );
}

function describe(sockets: readonly ListeningSocket[]): string {
  if (sockets.length === 0) return 'It listens on no port.';
  const places = sockets.map(({ port, loopback }) => (loopback ? `localhost:${port}` : port));
  return `It listens on ${[...new Set(places)].join(', ')} instead.`;
}

async function lastLines(container: string): Promise<string> {
  const lines = (await readLogs(container)).slice(-shownLogLines);
  return lines.length === 0
    ? '; it wrote nothing.'
    : `:\n${lines.map(({ text }) => text).join('\n')}`;
}
