import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { dockerfileFor } from './dockerfile.ts';

/** The script of that name, as the Dockerfile has it. */
function bootScript(name: string): string {
  const dockerfile = dockerfileFor({ 'pom.xml': '<project/>' });
  const [, script = ''] =
    new RegExp(`<<"EOF" /app/\\.profile\\.d/${name}\\n(.*?)\\nEOF\\n`, 's').exec(dockerfile) ?? [];
  return script;
}

/** What a dyno's environment has after it. */
function environmentAfter(
  script: string,
  configVars: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const text = execFileSync('bash', ['-c', `set -e\n${script}\nenv --null`], {
    env: { PATH: process.env['PATH'] ?? '', ...configVars },
    encoding: 'utf8',
  });
  return Object.fromEntries(
    text.split('\0').map((entry) => {
      const equals = entry.indexOf('=');
      return [entry.slice(0, equals), entry.slice(equals + 1)];
    }),
  );
}

describe('Java’s memory', () => {
  const options = (megabytes: number, configVars = {}) =>
    environmentAfter(
      bootScript('jvm.sh').replace(
        /^dyno_memory\(\) \{.*?^\}/ms,
        `dyno_memory() { echo ${megabytes}; }`,
      ),
      { DYNO: 'web.1', ...configVars },
    );

  it.each([
    [512, '-XX:MaxRAM=512m -Xmx300m -Xss512k -XX:CICompilerCount=2'],
    [1024, '-XX:MaxRAM=1024m -Xmx671m -XX:CICompilerCount=2'],
    [2560, '-XX:MaxRAM=2560m -XX:MaxRAMPercentage=80.0'],
  ])('fits a dyno of %i MB', (megabytes, expected) => {
    const { JAVA_OPTS, JAVA_TOOL_OPTIONS } = options(megabytes);
    expect(JAVA_OPTS).toBe(`-Dfile.encoding=UTF-8 ${expected}`);
    expect(JAVA_TOOL_OPTIONS).toBe(JAVA_OPTS);
  });

  it('leaves the last word to config vars', () => {
    const set = options(512, {
      JAVA_OPTS: '-Xmx200m',
      JAVA_TOOL_OPTIONS: '-Xss1m',
      JAVA_HOME: '/x',
    });
    expect(set['JAVA_OPTS']).toMatch(/ -Xmx300m .* -Xmx200m$/);
    expect(set['JAVA_TOOL_OPTIONS']).toMatch(/ -Xss512k .* -Xss1m$/);
    expect(set['JAVA_HOME']).toBe('/x');
  });

  it('does not print into what a one-off dyno says', () => {
    expect(options(512, { DYNO: 'run.1' })['JAVA_TOOL_OPTIONS']).toBeUndefined();
  });
});

describe('the addresses of add-ons', () => {
  const addresses = (configVars: Readonly<Record<string, string>>) =>
    environmentAfter(bootScript('jvm-addresses.sh'), configVars);

  it('are JDBC’s for a database', () => {
    expect(
      addresses({ DATABASE_URL: 'postgres://me:secret@db.example:5432/app?a=1' }),
    ).toMatchObject({
      JDBC_DATABASE_URL:
        'jdbc:postgresql://db.example:5432/app?a=1&password=secret&sslmode=require&user=me',
      JDBC_DATABASE_USERNAME: 'me',
      JDBC_DATABASE_PASSWORD: 'secret',
      SPRING_DATASOURCE_URL:
        'jdbc:postgresql://db.example:5432/app?a=1&password=secret&sslmode=require&user=me',
      SPRING_DATASOURCE_USERNAME: 'me',
      SPRING_DATASOURCE_PASSWORD: 'secret',
    });
  });

  it.each([
    [
      'DATABASE_URL',
      'postgresql://u:p@h/d',
      'jdbc:postgresql://h/d?password=p&sslmode=require&user=u',
    ],
    [
      'DATABASE_URL',
      'postgres://u:p@h/d?sslmode=verify-full',
      'jdbc:postgresql://h/d?password=p&sslmode=verify-full&user=u',
    ],
    ['DATABASE_URL', 'mysql://u:p@h/d', 'jdbc:mysql://h/d?password=p&user=u'],
    ['JAWSDB_URL', 'mysql://u:p@h/d', 'jdbc:mysql://h/d?password=p&user=u'],
    [
      'CLEARDB_DATABASE_URL',
      'mysql://u:p@h/d?reconnect=true',
      'jdbc:mysql://h/d?password=p&reconnect=true&user=u',
    ],
    [
      'DATABASE_URL',
      "postgres://u:$(id)'`id`@h/d",
      "jdbc:postgresql://h/d?password=$(id)'`id`&sslmode=require&user=u",
    ],
  ])('come from %s=%s', (name, value, expected) => {
    expect(addresses({ [name]: value })['JDBC_DATABASE_URL']).toBe(expected);
  });

  it.each(['mongodb://u:p@h/d', 'postgres://h/d', 'nonsense', ''])('are none for %j', (value) => {
    const set = addresses({ DATABASE_URL: value });
    expect(Object.keys(set).filter((name) => /JDBC|SPRING/.test(name))).toEqual([]);
  });

  it('prefer a pool of connections', () => {
    const set = addresses({
      DATABASE_URL: 'postgres://u:p@h/d',
      DATABASE_CONNECTION_POOL_URL: 'postgres://u:p@pool/d',
    });
    expect(set['JDBC_DATABASE_URL']).toContain('//pool/d');
    expect(set['DATABASE_CONNECTION_POOL_JDBC_URL']).toContain('//pool/d');
  });

  it('do not take the place of config vars', () => {
    const set = addresses({
      DATABASE_URL: 'postgres://u:p@h/d',
      JDBC_DATABASE_URL: 'jdbc:h2:mem',
      SPRING_DATASOURCE_USERNAME: 'other',
      REDIS_URL: 'redis://h',
      DISABLE_SPRING_REDIS_URL: 'true',
    });
    expect(set['JDBC_DATABASE_URL']).toBe('jdbc:h2:mem');
    expect(set['SPRING_DATASOURCE_URL']).toBeUndefined();
    expect(set['SPRING_REDIS_URL']).toBeUndefined();
  });

  it('are Spring’s for Redis', () => {
    expect(addresses({ REDIS_URL: 'redis://h' })['SPRING_REDIS_URL']).toBe('redis://h');
  });
});
