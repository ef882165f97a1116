/**
 * What holds when the app is built for a dyno (https://pkg.go.dev/cmd/go#hdr-Build_constraints);
 * `heroku` is the tag of Heroku's buildpack.
 */
const tagsThatHold = ['linux', 'amd64', 'unix', 'gc', 'cgo', 'heroku'];

/** Systems and processors that a file's name may name. */
const systems =
  'aix android darwin dragonfly freebsd illumos ios js linux nacl netbsd openbsd plan9 solaris wasip1 windows zos';
const processors =
  '386 amd64 arm arm64 loong64 mips mipsle mips64 mips64le ppc64 ppc64le riscv64 s390x wasm';

const knownSystems = systems.split(' ');
const knownProcessors = processors.split(' ');

/** Whether a Go file is built for a dyno, by its name alone: `server_windows.go` is not. */
export function isBuiltByName(name: string): boolean {
  if (!/^[^._].*\.go$/.test(name) || name.endsWith('_test.go')) return false;
  const parts = name.replace(/\.go$/, '').split('_').slice(1);
  const [last = '', beforeLast = ''] = parts.reverse();
  if (knownProcessors.includes(last)) {
    return last === 'amd64' && (!knownSystems.includes(beforeLast) || beforeLast === 'linux');
  }
  return !knownSystems.includes(last) || last === 'linux';
}

/** Whether a Go file is built for a dyno, by the line `//go:build` before its package clause. */
export function isBuiltByConstraint(beforePackage: string): boolean {
  const [, expression] = /^\/\/go:build +(.*)$/m.exec(beforePackage) ?? [];
  return expression === undefined || holds(expression);
}

/** Evaluates tags with `!`, `&&`, `||` and parentheses, which bind in this order; Go refuses all else. */
export function holds(expression: string): boolean {
  const tokens = expression.match(/\|\||&&|[!()]|[\w.]+/g) ?? [];

  function anyOf(): boolean {
    let result = allOf();
    while (tokens[0] === '||') {
      tokens.shift();
      result = allOf() || result;
    }
    return result;
  }

  function allOf(): boolean {
    let result = one();
    while (tokens[0] === '&&') {
      tokens.shift();
      result = one() && result;
    }
    return result;
  }

  function one(): boolean {
    const token = tokens.shift() ?? '';
    if (token === '!') return !one();
    if (token !== '(') return tagsThatHold.includes(token) || /^go1\.\d+$/.test(token);
    const result = anyOf();
    tokens.shift(); // The closing one.
    return result;
  }

  return anyOf();
}
