/**
 * What a dyno's bash runs, with the config vars in its environment: `/app/.profile.d/*.sh` and
 * `/app/.profile`, then the process type's command in the same shell, so that what they set, changed
 * or left holds for it (https://devcenter.heroku.com/articles/dyno-startup-behavior).
 */
export function bootScript(command: string): string {
  return `for __dyno_script in /app/.profile.d/*.sh; do
  if [[ -f "$__dyno_script" ]]; then . "$__dyno_script"; fi
done
unset __dyno_script
if [[ -f /app/.profile ]]; then . /app/.profile; fi
${command}
`;
}
