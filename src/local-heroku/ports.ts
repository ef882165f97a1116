import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { DeployError } from '../errors.ts';

const tries = 50;

/**
 * Finds a port for an app's web dyno, to be kept for as long as the app lives: below the range that
 * the kernel hands out by itself (ip_local_port_range, from 32768), so that it is not lost to a
 * passing connection while no dyno is running.
 * @param taken ports of other apps, whether in use just now or not.
 */
export async function findFreePort(taken: readonly number[]): Promise<number> {
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const port = randomInt(20_000, 32_768);
    if (!taken.includes(port) && (await isFree(port))) return port;
  }
  throw new DeployError(
    'No free port was found for the app’s web dyno.',
    'Remove apps that are not used any more: heroku-docker local stop.',
  );
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
