import { composerLibrary } from '../packages/composer-library.ts';

/** The library of the PHP example. */
export default composerLibrary({
  name: 'monolog',
  vendor:
    'https://api.github.com/repos/Seldaek/monolog/zipball/10d85740180ecba7896c87e06a166e0c95a0e3b6',
  package_: 'php-monolog',
  from: 'usr/share/php/Monolog',
  to: 'src/Monolog',
});
