import { describe, expect, test } from 'vitest';
import { parseDockerfile } from '../../src/app/dockerfile.ts';
import { blamedStep } from '../../src/losses/blame.ts';

function blamedLine(lines: readonly string[], path: string, packages: readonly string[] = []) {
  const { steps } = parseDockerfile(lines.join('\n'), {});
  return blamedStep(steps, { path, packages })?.line;
}

const library = '/usr/lib/x86_64-linux-gnu/libgd.so.3';

describe('what brought a file of a Debian package', () => {
  test.each([
    ['apt-get', 'RUN apt-get update && apt-get install --yes libgd3 && true'],
    ['apt over several lines', 'RUN apt install -y \\\n  libgd3 \\\n  libx'],
    ['a heredoc', 'RUN <<EOF\napt-get install libgd3\nEOF'],
    ['ONBUILD', 'ONBUILD RUN apt-get install libgd3'],
    ['a version', 'RUN apt-get install libgd3=2.3-1'],
    ['an architecture', 'RUN apt-get install "libgd3:amd64"'],
    ['dpkg', 'RUN dpkg --install /tmp/libgd3_2.3-1_amd64.deb'],
  ])('is the RUN with %s', (_, instruction) => {
    const lines = ['FROM a', 'RUN apt-get install libgd', 'RUN make install', instruction];
    expect(blamedLine(lines, library, ['libgd3'])).toBe(4);
  });

  test('is the RUN with a package that needs it, where it is named nowhere', () => {
    const lines = ['FROM a', 'RUN apt-get install php-gd', 'RUN apt-get install php'];
    expect(blamedLine(lines, library, ['libgd3', 'php-gd', 'php'])).toBe(2);
  });

  test('is none that only speaks of it', () => {
    const lines = ['FROM a', 'RUN echo libgd3', 'RUN apt-get install libgd3-dev'];
    expect(blamedLine(lines, library, ['libgd3'])).toBeUndefined();
  });
});

describe('what brought a file of no package', () => {
  test.each([
    ['make', 'RUN ./configure && make && make install'],
    ['make with options', 'RUN make -C /src --silent install'],
    ['ninja', 'RUN ninja -C build install'],
    ['cmake', 'RUN cmake --install build'],
    ['make with another aim', 'RUN make DESTDIR=/opt install'],
  ])('is the RUN with %s', (_, instruction) => {
    expect(blamedLine(['FROM a', instruction, 'RUN true'], '/opt/lib/libx.so.1')).toBe(2);
  });

  test.each([
    ['DESTDIR', 'RUN make DESTDIR=/app install'],
    ['a prefix', 'RUN ./configure --prefix=/app/usr && make install'],
    ['cmake’s prefix', 'RUN cmake --install build --prefix "/app"'],
    ['a command that only builds', 'RUN make installer'],
    ['the two words of two commands', 'RUN make && ./install'],
  ])('is none with %s', (_, instruction) => {
    expect(blamedLine(['FROM a', instruction], '/usr/lib/libx.so.1')).toBeUndefined();
  });

  test('is the RUN that names its path', () => {
    const lines = ['FROM a', 'RUN curl --output /usr/local/bin/tool x', 'RUN make install'];
    expect(blamedLine(lines, '/usr/local/bin/tool')).toBe(2);
  });

  test('is the one of several that speaks of it, else the last', () => {
    const lines = ['FROM a', 'RUN make -C /src/Gd install', 'RUN make -C /src/x install'];
    expect(blamedLine(lines, '/usr/lib/libgd.so.3')).toBe(2);
    expect(blamedLine(lines, '/usr/lib/liby.so.3')).toBe(3);
  });

  test.each([
    ['to its folder', 'COPY --from=b /x /usr/local/bin/'],
    ['to a folder above', 'ADD https://example.org/x.tar /usr'],
    ['to the file', 'COPY ["tool", "/usr/local/bin/tool"]'],
  ])('is a COPY or ADD %s', (_, instruction) => {
    const lines = ['FROM a', instruction, 'COPY x /usr/local/bin2/', 'COPY . .', 'COPY . /app'];
    expect(blamedLine(lines, '/usr/local/bin/tool')).toBe(2);
  });
});
