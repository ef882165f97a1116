import { composerLibrary } from '../packages/composer-library.ts';

/** What Monolog needs. */
export default composerLibrary({
  name: 'psrlog',
  vendor:
    'https://api.github.com/repos/php-fig/log/zipball/f16e1d5863e37f8d8c2a01719f5b34baa2b714d3',
  package_: 'php-psr-log',
  from: 'usr/share/php/Psr/Log',
  to: 'src',
});
