<?php

declare(strict_types=1);

use App\Page;
use Monolog\Handler\StreamHandler;
use Monolog\Logger;

require __DIR__ . '/../vendor/autoload.php';

$log = new Logger('example', [new StreamHandler('php://stderr')]);
$log->info('A request', ['path' => $_SERVER['REQUEST_URI']]);

echo new Page([
    'PHP' => PHP_VERSION,
    'Environment' => getenv('APP_ENV') ?: 'production',
    'Dyno' => getenv('DYNO') ?: 'none',
    'Greeting' => getenv('GREETING') ?: 'none; try: heroku config:set GREETING=hello',
]);
