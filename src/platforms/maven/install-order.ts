import type { AppFolder } from '../platform.ts';
import { pomName, readPom } from './pom.ts';

/** A file of the app's, or of the machine that builds it. */
const localRepository = /^file:|\$\{(project\.)?basedir\}/;

/**
 * Why Maven has to have the whole source at hand to resolve the dependencies, as a clause that
 * follows "because"; `undefined` where `pom.xml` is enough.
 * @throws DeployError where it is not XML.
 */
export function whySourceFirst(app: AppFolder): string | undefined {
  const pom = readPom(app);
  if (pom === undefined) return `a pom that is not ${pomName} may read any file`;
  if (pom.hasModules) return 'the app has modules, which need each other';
  if (pom.systemPaths.length > 0) return 'a dependency is a file of the app';
  if (pom.repositoryUrls.some((url) => localRepository.test(url))) {
    return 'a repository of dependencies is part of the app';
  }
  if (pom.parentPath !== '' && hasPom(app, pom.parentPath)) return 'its parent is part of the app';
  return pom.asksForFiles ? 'a profile depends on its files' : undefined;
}

/** The path of a pom, or of its folder. */
function hasPom(app: AppFolder, path: string): boolean {
  return app.has(path) || app.has(`${path}/${pomName}`);
}
