/** A framework whose apps are a server in a jar, which takes its port from a Java property. */
export type JarFramework = 'Spring Boot' | 'WildFly Swarm' | 'Micronaut' | 'Quarkus';

const portProperties: Readonly<Record<JarFramework, string>> = {
  'Spring Boot': 'server.port',
  'WildFly Swarm': 'swarm.http.port',
  Micronaut: 'micronaut.server.port',
  Quarkus: 'quarkus.http.port',
};

/**
 * The command that runs such an app, as Heroku's buildpacks have it (heroku-buildpack-java and
 * heroku-buildpack-gradle, bin/release).
 * @param jar its path as the shell takes it.
 */
export function webCommand(framework: JarFramework, jar: string): string {
  return `java -D${portProperties[framework]}=$PORT $JAVA_OPTS -jar ${jar}`;
}
