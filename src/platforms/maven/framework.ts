import type { JarFramework } from '../jvm/web-process.ts';
import type { Pom } from './pom.ts';

/** How their artifacts begin (heroku-buildpack-java, lib/frameworks.sh), in the buildpack's order. */
const beginnings: Readonly<Record<JarFramework, string>> = {
  Quarkus: 'io.quarkus',
  'Spring Boot': 'org.springframework.boot:spring-boot',
  'WildFly Swarm': 'org.wildfly.swarm',
  Micronaut: 'io.micronaut',
};

const frameworks = Object.keys(beginnings) as readonly JarFramework[];

/** The framework that an app is made with; `undefined` where it is none of these. */
export function frameworkOf(pom: Pom): JarFramework | undefined {
  return frameworks.find((framework) =>
    pom.artifacts.some((artifact) => artifact.startsWith(beginnings[framework])),
  );
}
