import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDockerfile } from '../../../src/app/dockerfile.ts';
import type { Image } from '../../../src/docker/image.ts';
import { imageHash, isReusable } from '../../../src/verbs/steps/base-image.ts';

const text = 'ARG A\nFROM node:24 AS build\nFROM debian\nRUN make\n';

function image(overrides: Partial<Image> = {}): Image {
  return {
    id: 'sha256:00',
    environment: [],
    workingDirectory: '',
    triggers: [],
    architecture: 'amd64',
    ...overrides,
  };
}

/** The hash of the inputs above, but for what a test changes. */
function hash(
  changes: { text?: string; buildArguments?: [string, string][]; images?: [string, string][] } = {},
): string {
  const buildArguments = Object.fromEntries(
    changes.buildArguments ?? [
      ['A', '1'],
      ['B', '2'],
    ],
  );
  const images = changes.images ?? [
    ['debian', 'sha256:aa'],
    ['node:24', 'sha256:bb'],
  ];
  return imageHash(
    parseDockerfile(changes.text ?? text, buildArguments),
    buildArguments,
    new Map(images.map(([name, id]) => [name, image({ id })])),
  );
}

describe('the base image’s hash', () => {
  test('is 64 hexadecimal digits, which a tag can hold', () => {
    expect(hash()).toMatch(/^[0-9a-f]{64}$/);
  });

  test('is the same for the same inputs, whatever their order', () => {
    expect(hash()).toBe(hash());
    expect(
      hash({
        buildArguments: [
          ['B', '2'],
          ['A', '1'],
        ],
      }),
    ).toBe(hash());
    expect(
      hash({
        images: [
          ['node:24', 'sha256:bb'],
          ['debian', 'sha256:aa'],
        ],
      }),
    ).toBe(hash());
  });

  test.each<[string, Parameters<typeof hash>[0]]>([
    ['the Dockerfile', { text: `${text}# more\n` }],
    ['its line breaks', { text: text.replaceAll('\n', '\r\n') }],
    [
      'a build argument',
      {
        buildArguments: [
          ['A', '1'],
          ['B', '3'],
        ],
      },
    ],
    [
      'a build argument more',
      {
        buildArguments: [
          ['A', '1'],
          ['B', '2'],
          ['C', ''],
        ],
      },
    ],
    ['no build argument', { buildArguments: [] }],
    [
      'the border between two arguments',
      {
        buildArguments: [
          ['A', '1,B'],
          ['', '2'],
        ],
      },
    ],
    [
      'an image it starts from',
      {
        images: [
          ['debian', 'sha256:aa'],
          ['node:24', 'sha256:cc'],
        ],
      },
    ],
    [
      'the other image',
      {
        images: [
          ['debian', 'sha256:cc'],
          ['node:24', 'sha256:bb'],
        ],
      },
    ],
    [
      'which image is which',
      {
        images: [
          ['debian', 'sha256:bb'],
          ['node:24', 'sha256:aa'],
        ],
      },
    ],
  ])('changes with %s', (_, changes) => {
    expect(hash(changes)).not.toBe(hash());
  });

  test('tells any two sets of build arguments apart', () => {
    const given = fc.dictionary(fc.string(), fc.string()).map(Object.entries<string>);
    fc.assert(
      fc.property(given, given, (one, other) => {
        const sorted = (entries: [string, string][]) => JSON.stringify([...entries].sort());
        const same = hash({ buildArguments: one }) === hash({ buildArguments: other });
        expect(same).toBe(sorted(one) === sorted(other));
      }),
    );
  });
});

describe('a base image that is there already', () => {
  const none = new Map<string, Image>();

  test('stands for a new build where nothing of the source goes into it', () => {
    const dockerfile = parseDockerfile(`${text}ONBUILD COPY . .\n`, {});
    expect(isReusable(dockerfile, new Map([['debian', image()]]))).toBe(true);
  });

  test('does not where the Dockerfile reads the source', () => {
    expect(isReusable(parseDockerfile(`${text}COPY . .\n`, {}), none)).toBe(false);
  });

  test('does not where an image that it starts from may read the source', () => {
    const images = new Map([
      ['debian', image()],
      ['node:24', image({ triggers: ['COPY . .'] })],
    ]);
    expect(isReusable(parseDockerfile(text, {}), images)).toBe(false);
  });

  test('does not where it cannot be told what it starts from', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the Dockerfile's
    expect(isReusable(parseDockerfile('ARG V\nFROM node:${V#v}\n', {}), none)).toBe(false);
  });
});
