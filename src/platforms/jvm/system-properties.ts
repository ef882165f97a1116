import type { SourceLocation } from '../../errors.ts';
import type { AppFolder } from '../platform.ts';

/** Where Heroku's apps in languages of the JVM say which versions they want. */
export const systemPropertiesName = 'system.properties';

/** A value from a Java properties file such as `system.properties`, and its line. */
export interface SystemProperty {
  readonly value: string;
  readonly location: SourceLocation;
}

/** A value from the app's `system.properties`; `undefined` where it has none. */
export function systemProperty(app: AppFolder, name: string): SystemProperty | undefined {
  return readProperty(app, systemPropertiesName, name);
}

/**
 * A value from one of the app's Java properties files; `undefined` where it has none. The name ends
 * at a blank, an equals sign or a colon
 * (https://docs.oracle.com/en/java/javase/25/docs/api/java.base/java/util/Properties.html#load(java.io.Reader)).
 */
export function readProperty(
  app: AppFolder,
  file: string,
  name: string,
): SystemProperty | undefined {
  const lines = (app.read(file) ?? '').split(/\r\n|\r|\n/);
  const properties = lines.map((line) => /^\s*([^\s=:#!][^\s=:]*)\s*[=:]?\s*(.*?)\s*$/.exec(line));
  const index = properties.findLastIndex((property) => property?.[1] === name);
  const value = properties[index]?.[2] ?? '';
  return value === '' ? undefined : { value, location: { file, line: index + 1 } };
}
