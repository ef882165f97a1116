/** Whether a URL leads to this very machine, where the embedded Heroku lives. */
export function isThisMachine(url: URL): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
}
