import { readdirSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { writeApp } from '../support/apps.ts';
import { smallApp, useFaults } from './trial.ts';

const fault = useFaults('two runs at once');

describe('two runs at once', () => {
  fault('release to the same app from two checkouts', async (trial) => {
    const steps = await Promise.all(
      ['one', 'other'].map((name) =>
        trial.run({
          inputs: { 'slug-path': `${trial.slugFolder}/${name}.tgz` },
          workspace: smallApp({ name }),
        }),
      ),
    );
    for (const step of steps) {
      await trial.expectSurvived(step, { outcome: 'released', saying: /is pending/, releases: 2 });
    }
    const versions = steps.map(({ outputs }) => outputs['release-version']);
    expect(new Set(versions).size).toBe(2);
  });

  fault('write the Dockerfile of the same checkout', async (trial) => {
    const workspace = writeApp({ Procfile: 'worker: sleep infinity\n' });
    const other = await trial.another();
    const inputs = { 'slug-path': trial.slugPath };
    const [step, otherStep] = await Promise.all([
      trial.run({ inputs, workspace }),
      other.run({ inputs, workspace }),
    ]);
    const survival = { outcome: 'released', saying: /is pending/ } as const;
    await other.expectSurvived(otherStep, survival);
    await trial.expectSurvived(step, survival);
    expect(readdirSync(workspace).sort()).toEqual(['.dockerignore', 'Dockerfile', 'Procfile']);
  });

  fault('build the same app that no one has built', async (trial) => {
    const workspace = smallApp({ name: 'shared' });
    const other = await trial.another();
    const [step, otherStep] = await Promise.all([
      trial.run({ workspace }),
      other.run({ workspace }),
    ]);
    const survival = { outcome: 'released', saying: /is pending/ } as const;
    await other.expectSurvived(otherStep, survival);
    await trial.expectSurvived(step, survival);
  });
});
