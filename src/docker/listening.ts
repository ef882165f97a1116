import { setTimeout as delay } from 'node:timers/promises';
import { DeployError } from '../errors.ts';
import { askDocker } from './command.ts';
import { containerStatus } from './container-process.ts';
import { crashed, lastLines, type ToldProcess } from './ended-process.ts';

/** A socket that waits for connections. */
export interface ListeningSocket {
  readonly port: number;
  /** Reachable from inside the container only. */
  readonly loopback: boolean;
}

/** What is waited for. */
export interface Awaited extends ToldProcess {
  /** The port in `$PORT`, inside the container. */
  readonly port: number;
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
}

const pauseMilliseconds = 50;
/** The end of a container ends this program's commands in it first, and then the engine hears of it. */
const settleMilliseconds = 100;
const stateListen = '0A';
/** 127.0.0.11 (https://docs.docker.com/engine/network/#dns-services). */
const dockerResolver = '0B00007F';

/**
 * Waits until a container's own process listens on `$PORT`.
 *
 * Looks in the kernel's table of the container's sockets. A connection to the published port proves
 * nothing, since Docker's proxy accepts it before the process listens; a request would be the app's
 * to answer, late or never, and would have to be HTTP; and neither reaches an engine on another machine.
 * @throws DeployError where the process ends first (H10 on the platform) or the time is over (R10),
 * with the container's last lines.
 */
export async function waitUntilListening(awaited: Awaited): Promise<void> {
  const deadline = Date.now() + awaited.timeoutSeconds * 1000;
  for (;;) {
    const sockets = await listeningSockets(awaited);
    if (sockets === undefined) throw await crashed(awaited, 'it listened on $PORT');
    if (sockets.some((socket) => socket.port === awaited.port && !socket.loopback)) return;
    if (Date.now() >= deadline) throw await timedOut(awaited, sockets);
    awaited.signal.throwIfAborted();
    await delay(pauseMilliseconds);
  }
}

/**
 * Half a second of looking inside the container, since each call of the Docker client takes longer
 * than a look. A kernel without IPv6 has the one table alone.
 */
const lookScript = `looks=0
until grep -qs ":$0 [0-9A-F]*:0000 ${stateListen}" /proc/net/tcp /proc/net/tcp6; do
  looks=$((looks + 1))
  if [ "$looks" -eq 10 ]; then break; fi
  sleep 0.05
done
cat /proc/net/tcp /proc/net/tcp6
exit 0`;

/** Returns as soon as something listens on the port, or after a while; `undefined` where the process has ended. */
async function listeningSockets({
  container,
  port,
}: Awaited): Promise<ListeningSocket[] | undefined> {
  const hexadecimalPort = port.toString(16).toUpperCase().padStart(4, '0');
  try {
    return parseSocketTable(
      await askDocker(['exec', container, 'sh', '-c', lookScript, hexadecimalPort]),
    );
  } catch (error) {
    await delay(settleMilliseconds);
    if ((await containerStatus(container)).status !== 'running') return undefined;
    throw error;
  }
}

/**
 * Reads the kernel's tables of TCP sockets (proc_net_tcp in the kernel's documentation): the
 * listening ones, but for the resolver that Docker runs in a container on a network of its own.
 */
export function parseSocketTable(table: string): ListeningSocket[] {
  return table
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === stateListen)
    .map((fields) => (fields[1] ?? '').split(':'))
    .filter(([address]) => address !== dockerResolver)
    .map(([address = '', port = '']) => ({
      port: Number.parseInt(port, 16),
      loopback: isLoopback(address),
    }));
}

/** Addresses are in the table as 32-bit words in the machine's byte order, little endian on amd64. */
function isLoopback(address: string): boolean {
  if (address.length === 8) return address.endsWith('7F');
  return (
    address === '00000000000000000000000001000000' ||
    (address.startsWith('0000000000000000FFFF0000') && address.endsWith('7F'))
  );
}

async function timedOut(
  { container, name, timeoutSeconds }: Awaited,
  sockets: readonly ListeningSocket[],
): Promise<DeployError> {
  return new DeployError(
    `${name} did not listen on $PORT within ${timeoutSeconds} seconds${await lastLines(container)}`,
    `${describe(sockets)} Let it listen on 0.0.0.0 and the port in the PORT environment variable, or give it longer.`,
  );
}

function describe(sockets: readonly ListeningSocket[]): string {
  if (sockets.length === 0) return 'It listens on no port.';
  const places = sockets.map(({ port, loopback }) => (loopback ? `localhost:${port}` : port));
  return `It listens on ${[...new Set(places)].join(', ')} instead.`;
}
