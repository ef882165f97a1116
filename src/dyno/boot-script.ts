/**
 * The dyno's environment is handed to the Docker client in that client's own environment, so a
 * config var named `PATH`, `HOME` or `DOCKER_HOST` would change which engine the client speaks to,
 * or whether it is found at all. Each name therefore travels with this in front, and the boot
 * script takes it off.
 */
const carrier = 'HEROKU_DOCKER_DYNO_';

/** The dyno's environment as the container is to be created with; {@link bootCommand} unpacks it. */
export function carriedEnvironment(
  environment: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [`${carrier}${name}`, value]),
  );
}

/**
 * The container's command: boots as a dyno does. The environment first, config vars among it, then
 * `/app/.profile.d/*.sh` and `/app/.profile` in the same shell, then the process type's command in
 * that shell too, so that what they set, changed or left holds for it
 * (https://devcenter.heroku.com/articles/dyno-startup-behavior).
 *
 * The outer shell is there because the first process of a container is special to the kernel: a
 * signal that it has no handler for is dropped. On a dyno the app is not the first process; without
 * this, a SIGTERM would not end an app that is started with `exec`. It also joins standard error to
 * standard output, as the platform's log does: the engine keeps no order between the two.
 */
export function bootCommand(command: string): string[] {
  return ['bash', '-c', 'bash -c "$1" 2>&1; exit $?', 'dyno', bootScript(command)];
}

function bootScript(command: string): string {
  return `for __dyno_carried in "\${!${carrier}@}"; do
  export "\${__dyno_carried#${carrier}}=\${!__dyno_carried}"
  unset "$__dyno_carried"
done
for __dyno_script in /app/.profile.d/*.sh; do
  if [[ -f "$__dyno_script" ]]; then . "$__dyno_script"; fi
done
unset __dyno_carried __dyno_script
if [[ -f /app/.profile ]]; then . /app/.profile; fi
${command}
`;
}
