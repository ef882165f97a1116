import { randomUUID } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import { writeApp } from '../support/apps.ts';
import { useLocalHeroku } from '../support/heroku.ts';
import { docker, machine } from '../support/machine.ts';
import { leftInTemporaryFolder, runAction, type Step } from '../support/runner.ts';

const heroku = useLocalHeroku();

/** Answers with the statuses it is called with, one after the other, the last one from then on. */
const server = `use IO::Socket::INET;
$| = 1;
my ($port, @statuses) = @ARGV;
my $server = IO::Socket::INET->new(LocalPort => $port, Listen => 5, ReuseAddr => 1) or die "no socket: $!";
while (my $client = $server->accept) {
  while (<$client>) { last if /^\\r?$/; print }
  my $status = @statuses > 1 ? shift @statuses : ($statuses[0] || 200);
  print $client "HTTP/1.1 $status Said\\r\\nConnection: close\\r\\n\\r\\nthe page says $status\\n";
  close $client;
}
`;
const serve = 'exec perl server.pl $PORT';

interface TriedApp {
  readonly workspace: string;
  /** Names of the containers in which its web process was booted and that are still there. */
  readonly dynos: () => string[];
}

/** An app whose slug is made in a second, and whose web process is this command of the shell's. */
function tried(web: string, files: Readonly<Record<string, string>> = {}): TriedApp {
  const token = randomUUID();
  const workspace = writeApp({
    Dockerfile: `FROM ${machine.stackImage}\nUSER root\nWORKDIR /app\nCOPY . .\n`,
    Procfile: `web: : ${token}; ${web}\n`,
    '.dockerignore': 'Dockerfile\n.env\n',
    'server.pl': server,
    ...files,
  });
  const format = '{{.Names}} {{.Command}}';
  return {
    workspace,
    dynos: () =>
      docker('ps', '--all', '--no-trunc', '--format', format)
        .split('\n')
        .filter((line) => line.includes(token)),
  };
}

type Inputs = Readonly<Record<string, string>>;

function smokeTest(inputs: Inputs, more: Inputs = {}): Record<string, string> {
  return { ...inputs, 'run-image': machine.runImage, 'smoke-test': 'true', ...more };
}

/** Runs the smoke test alone, without Heroku. */
function build(app: TriedApp, more: Inputs = {}): Promise<Step> {
  const inputs = { command: 'build', 'stack-image': machine.stackImage };
  return runAction(smokeTest(inputs, more), app);
}

/** Releases an app that will not pass, and sees that nothing comes of it. */
async function failedRelease(app: TriedApp, more: Inputs = {}): Promise<Step> {
  const name = await heroku.createApp();
  const before = heroku.state();
  const step = await runAction(smokeTest(heroku.inputs(name), more), app);
  expect(step.exitCode, step.log).toBe(1);
  expect(step.log).not.toContain('defect of heroku-docker-release');
  expect(heroku.state(), 'nothing is changed on Heroku').toBe(before);
  expect(step.log).not.toContain('Upload to');
  expect(leftInTemporaryFolder(step), 'no temporary file is left').toEqual([]);
  expect(app.dynos(), 'no container is left').toEqual([]);
  return step;
}

/** What the error annotation says. */
function errorOf(step: Step): string {
  const [, text = ''] = /^::error [^\n]*?::(.*)$/m.exec(step.log) ?? [];
  return text.replaceAll('%0A', '\n');
}

describe('a slug that runs on its stack', () => {
  test('is released, to each app, after one boot with what the first is set to', async () => {
    const app = tried(`[ "$OF" = first ] || exit 9; ${serve}`);
    const [first, second] = [await heroku.createApp(), await heroku.createApp()];
    await heroku.setConfigVars(first, { OF: 'first' });
    const step = await runAction(
      smokeTest(heroku.inputs(`${first}\n${second}`), { 'smoke-test-config': 'app' }),
      app,
    );
    expect(step.exitCode, step.log).toBe(0);
    expect(step.log.match(/::group::Smoke test/g)).toHaveLength(1);
    expect(step.log.indexOf('Smoke test')).toBeLessThan(step.log.indexOf('Upload to'));
    expect(step.log).toMatch(/^web\.1 listens on \$PORT, \d+\.\d s after its start$/m);
    expect(step.summary).toContain('Smoke test');
    for (const name of [first, second]) expect(await heroku.slugReleases(name)).toHaveLength(1);
    expect(app.dynos(), 'Heroku’s own are all there are').toHaveLength(2);
  });

  test('is released to none where it is a dry run', async () => {
    const app = tried(serve);
    const name = await heroku.createApp();
    const before = heroku.state();
    const step = await runAction(smokeTest(heroku.inputs(name), { 'dry-run': 'true' }), app);
    expect(step.exitCode, step.log).toBe(0);
    expect(step.log).toContain('web.1 listens on $PORT');
    expect(heroku.state()).toBe(before);
    expect(app.dynos()).toEqual([]);
  });

  test('is not waited for at the end of its boot, although it ignores SIGTERM', async () => {
    const app = tried(`trap "" TERM; perl server.pl $PORT`);
    let provedAt = 0;
    const onLog = (log: string) => {
      if (provedAt === 0 && log.includes('web.1 listens')) provedAt = Date.now();
    };
    const inputs = { command: 'build', 'stack-image': machine.stackImage };
    const step = await runAction(smokeTest(inputs), { ...app, onLog });
    expect(step.exitCode, step.log).toBe(0);
    expect(Date.now() - provedAt).toBeLessThan(5_000);
    expect(app.dynos()).toEqual([]);
  });

  test('has the variables of .env, which the slug has not, and masks them', async () => {
    const web = `echo "token $TOKEN"; [ -e .env ] && exit 8; [ "$TOKEN" = tok-3n-value ] || exit 9; ${serve}`;
    const step = await build(tried(web, { '.env': 'TOKEN="tok-3n-value"\n' }));
    expect(step.exitCode, step.log).toBe(0);
    expect(step.log).toContain('::add-mask::tok-3n-value');
    const missing = await build(tried(web));
    expect(missing.exitCode).toBe(1);
    expect(errorOf(missing)).toContain('exit code 9');
  });

  test('without a web process has nothing to boot', async () => {
    const step = await build(tried('', { Procfile: 'worker: sleep infinity\n' }));
    expect(step.exitCode, step.log).toBe(0);
    expect(step.log).toContain('::warning::The slug has no web process type');
    expect(step.log).not.toContain('::group::Smoke test');
  });
});

describe('a slug is not released whose web process', () => {
  test('crashes: its own log says why', async () => {
    const app = tried(
      'for i in $(seq 30); do echo "line $i"; done; echo "no database" >&2; exit 3',
    );
    const step = await failedRelease(app);
    expect(step.log).toMatch(/^line 1$/m);
    expect(errorOf(step)).toMatch(
      /^web\.1 crashed before it listened on \$PORT \(exit code 3\):\nline 12\n[\s\S]*line 30\nno database\n/,
    );
  });

  test('never listens', async () => {
    const step = await failedRelease(tried('echo waiting; sleep 600'), { 'boot-timeout': '2' });
    expect(step.log).toMatch(/^waiting$/m);
    expect(errorOf(step)).toMatch(
      /^web\.1 did not listen on \$PORT within 2 seconds:\nwaiting\nIt listens on no port\./,
    );
  });

  test('listens on another port', async () => {
    const app = tried('exec perl server.pl 3000');
    const step = await failedRelease(app, { 'boot-timeout': '2' });
    expect(errorOf(step)).toContain('It listens on 3000 instead. Let it listen on 0.0.0.0');
  });

  test('needs a library that the build image alone has', async () => {
    const library = '/usr/lib/x86_64-linux-gnu/libonlythere.so';
    const app = tried(`./program && ${serve}`, {
      'library.c': 'int answer(void) { return 0; }\n',
      'program.c': 'int answer(void); int main(void) { return answer(); }\n',
      Dockerfile: [
        `FROM ${machine.stackImage}`,
        'USER root',
        'WORKDIR /app',
        'COPY . .',
        `RUN cc -shared -fPIC -o ${library} library.c && cc -o program program.c -lonlythere && ./program`,
        '',
      ].join('\n'),
    });
    const plain = await build(app, { 'smoke-test': 'false' });
    expect(plain.exitCode, plain.log).toBe(0);
    const step = await failedRelease(app);
    expect(errorOf(step)).toContain('error while loading shared libraries: libonlythere.so');
  });

  test('crashes with the config vars of the app, whose values nobody sees', async () => {
    const app = tried('echo "connecting to $DATABASE_URL"; exit 4');
    const name = await heroku.createApp();
    const secret = 'postgres://user:s3cr3t@db.example/1';
    await heroku.setConfigVars(name, { DATABASE_URL: secret });
    const step = await runAction(
      smokeTest(heroku.inputs(name), { 'smoke-test-config': 'app', 'dry-run': 'true' }),
      app,
    );
    expect(step.exitCode, step.log).toBe(1);
    expect(errorOf(step)).toContain('connecting to ***');
    expect(step.log.lastIndexOf(secret)).toBe(
      step.log.indexOf(`::add-mask::${secret}`) + '::add-mask::'.length,
    );
    expect(app.dynos()).toEqual([]);
  });
});

describe('the memory of a dyno size', () => {
  /** More than twice the default size, so that swap space is of no help. */
  const hungry = `perl -e 'my $memory = "x" x 1_200_000_000;'`;

  test('ends a web process that wants more, and another size does not', async () => {
    const app = tried(`${hungry} || exit 5; ${serve}`);
    const step = await failedRelease(app);
    expect(errorOf(step)).toMatch(
      /^A process of web\.1 was killed: it wanted more memory than a standard-1x dyno has \(512 MB\)\.\nweb\.1 crashed/,
    );
    expect(errorOf(step)).toMatch(/"dyno-size".*R14.*R15/);
    const larger = await build(app, { 'dyno-size': 'performance-m' });
    expect(larger.exitCode, larger.log).toBe(0);
  });

  test('holds for a process beside the one that listens', async () => {
    const step = await failedRelease(tried(`${hungry}; ${serve}`));
    expect(errorOf(step)).toMatch(
      /^A process of web\.1 was killed: .*\(512 MB\)\.\nLet it want less/,
    );
  });
});

describe('a path that is to answer', () => {
  test('is asked for as the router asks, until the app is ready', async () => {
    const app = tried('exec perl server.pl $PORT 503 503 204');
    const name = await heroku.createApp();
    const step = await runAction(
      smokeTest(heroku.inputs(name), {
        'smoke-test-path': '/health?deep=1',
        'smoke-test-status': '204',
      }),
      app,
    );
    expect(step.exitCode, step.log).toBe(0);
    expect(step.log).toMatch(
      /^web\.1 listens on \$PORT and answers GET \/health\?deep=1 with 204, \d+\.\d s after its start$/m,
    );
  });

  test('fails the slug at once where it answers otherwise', async () => {
    const app = tried('exec perl server.pl $PORT 500');
    const step = await failedRelease(app, { 'smoke-test-path': '/health' });
    expect(errorOf(step)).toMatch(
      /^web\.1 answered GET \/health with 500:\nthe page says 500\nIt is to be 200/,
    );
    // What the router sends, in the dyno's own log.
    for (const header of [
      /^GET \/health HTTP\/1\.1/m,
      /^Host: 127\.0\.0\.1:\d+/m,
      /^X-Forwarded-For: 127\.0\.0\.1/m,
      /^X-Forwarded-Proto: https/m,
      /^X-Forwarded-Port: 443/m,
      /^X-Request-Id: [0-9a-f-]{36}/m,
    ]) {
      expect(step.log).toMatch(header);
    }
  });

  test('fails the slug where it is not ready in time', async () => {
    const app = tried('exec perl server.pl $PORT 503');
    const step = await failedRelease(app, { 'smoke-test-path': '/', 'boot-timeout': '2' });
    expect(errorOf(step)).toMatch(
      /^web\.1 did not answer GET \/ with 200 within 2 seconds; it answered 503:\nthe page says 503\n/,
    );
  });
});

test('a step that is cancelled in its smoke test leaves nothing behind', async () => {
  const app = tried('trap "" TERM; echo up; sleep 600');
  const name = await heroku.createApp();
  const before = heroku.state();
  let isBooting = false;
  let cancelledAt = 0;
  const step = await runAction(smokeTest(heroku.inputs(name)), {
    ...app,
    onLog: (log, cancel) => {
      if (isBooting || !log.includes('::group::Smoke test')) return;
      isBooting = true;
      const written = () => app.dynos().map((dyno) => docker('logs', dyno.split(' ', 1).join()));
      void vi
        .waitFor(() => expect(written()).toEqual(['up']), { timeout: 30_000 })
        .then(() => {
          cancelledAt = Date.now();
          cancel('SIGINT');
        });
    },
  });
  expect(step.exitCode, step.log).toBe(1);
  expect(step.log).toContain('The run was cancelled (SIGINT)');
  expect(Date.now() - cancelledAt).toBeLessThan(7_500);
  expect(app.dynos()).toEqual([]);
  expect(leftInTemporaryFolder(step)).toEqual([]);
  expect(heroku.state()).toBe(before);
});
