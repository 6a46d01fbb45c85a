// `respite load`, as the command line declares it.
import type { Command } from 'commander';
import { addAgainst } from './against/command.ts';
import type { LoadFlags, LoadRequest } from './request.ts';

export function addLoad(program: Command, load: (request: LoadRequest) => Promise<void>): void {
  const command = program
    .command('load')
    .description('send requests at a given rate, and measure what the clients of a server would')
    .argument(
      '[url]',
      'of the server, such as http://127.0.0.1:3000/; with --against and a git ref, the path',
    )
    .option('--rate <n|from..to|n,n,…>', 'requests per second: constant, a ramp, or steps (default 50)')
    .option('--for <time>', 'how long requests start: 500ms, 30s, 5m (default 10s)')
    .option(
      '--mix <request...>',
      "kinds of requests, with weights: '3 GET /a' '1 POST /b 2048' 'PUT /c @body.json' (default: one GET of the URL)",
    )
    .option('--like <file>', 'play a shape of `respite shape record`, instead of --rate and --mix')
    .option('--speed <n>', 'with --like: 2 plays it in half the time (default 1)')
    .option(
      '--param <name=values...>',
      "with --like: what fills a parameter of the routes: 'id=1..1000' 'name=ann,bob' 'id=@ids.txt'",
    )
    .option('-H, --header <name: value>', 'a header of every request; may be repeated', collect)
    .option('--connections <n>', 'maximum kept-alive connections (default 100)')
    .option('--new-connections', 'a new connection for each request')
    .option('--h2', 'HTTP/2: over TLS, or with prior knowledge for http:')
    .option('--slow-readers <share@speed>', 'clients that read slowly: 10%@10kb/s')
    .option('--obey-retry-after <share>', 'clients that repeat a refused request after its Retry-After: 50%')
    .option('--ignore-retry-after <share>', 'clients that repeat a refused request at once: 50%')
    .option('--deadline <time>', 'a response that takes longer is late (default 1s)')
    .option('--timeout <time>', 'clients give up after it (default 5s)')
    .option(
      '--seed <n>',
      'the same seed, the same arrivals and mix (default: a random one, which is printed)',
    )
    .option('--threads <n>', 'threads of the generator; each needs a core (default 1)')
    .option(
      '--max-lag <time>',
      "maximum p99 of the generator's own lag, for the run to be valid (default 1ms)",
    )
    .option('--insecure', 'accept any TLS certificate')
    .option('--i-own-this-target', 'allow a target that is not on the loopback interface')
    .option('--expect <expectation...>', "what must hold: 'p99<=50ms' 'goodput>=0.99' 'GET /a failed<=0'")
    .option('--json', 'the result as JSON')
    .option('--html <file>', 'write a report with the curves of the run')
    .addHelpText(
      'after',
      '\nExit codes: 0 measured, and every expectation met; 1 an expectation not met, the run not valid, or the server unreachable or silent at the end; 2 bad usage; 130 interrupted.',
    )
    .action(async (url: string | undefined, flags: LoadFlags) => load({ url, flags }));
  addAgainst(command);
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
