import { DeployError } from '../errors.ts';
import { isThisMachine } from '../http/this-machine.ts';

const herokuApi = 'https://api.heroku.com';

/** Domains whose hosts may see the token, as the Heroku CLI's own list has them. */
const herokuDomains = ['heroku.com', 'herokai.com', 'herokuspace.com', 'herokudev.com'];

/**
 * Decides which Platform API to talk to. As in the Heroku CLI, a bare host name means
 * `https://api.<host>` and a URL is taken as it stands; unlike there the host is compared whole,
 * so that `heroku.com.example.org` never sees a token.
 * @param text the `platform-url` setting or `HEROKU_HOST`.
 * @throws DeployError for a host that is neither Heroku's nor this machine.
 */
export function platformUrl(text: string | undefined): string {
  const asked = text?.trim() || herokuApi;
  const url = parse(/^https?:/i.test(asked) ? asked : `https://api.${asked}`, asked);
  const herokus = herokuDomains.some(
    (domain) => url.hostname === domain || url.hostname.endsWith(`.${domain}`),
  );
  if (!isThisMachine(url) && !(herokus && url.protocol === 'https:')) {
    throw new DeployError(
      `Invalid platform-url: "${asked}" is not a host that may see a Heroku token.`,
      'Use https and a host of Heroku’s own (api.heroku.com), or localhost for the embedded Heroku.',
    );
  }
  return url.origin;
}

function parse(url: string, asked: string): URL {
  try {
    return new URL(url);
  } catch (error) {
    throw new DeployError(
      `Invalid platform-url: "${asked}" is not a URL.`,
      'Leave it out for https://api.heroku.com, or write one such as http://localhost:5000.',
      { cause: error },
    );
  }
}
