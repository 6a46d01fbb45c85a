// What can be done from the page. Nothing without being asked twice.
import { ask, save, setToken } from './api.ts';
import { $, say } from './dom.ts';

interface Action {
  readonly title: string;
  readonly text: string;
  readonly yes: string;
  readonly path: string;
  readonly done: string;
}

const CAPTURE = {
  stack: ['Capture a stack', 'What the main thread of this worker is doing, also while it is blocked.'],
  'cpu-profile': ['Capture a CPU profile', 'What the main thread does for the next 2 seconds.'],
  'heap-profile': [
    'Capture a heap profile',
    'Which functions allocate what stays, over the next 5 seconds. Sampling goes on afterwards, at about 3 µs a request.',
  ],
  'heap-snapshot': [
    'Capture a heap snapshot',
    'Everything in the heap, including secrets, is written to the disk of the worker’s machine. The worker serves nothing meanwhile.',
  ],
} as const;

let isDryRun = false;

function actionOf(name: string): Action {
  const worker = ($('of-worker') as HTMLSelectElement).value;
  if (name === 'restart') {
    return {
      title: 'Restart all workers?',
      text: 'One after the other, each when its replacement is ready. No request is lost.',
      yes: 'Restart',
      path: 'restart',
      done: 'The workers are being restarted.',
    };
  }
  if (name === 'drain') {
    return {
      title: 'Leave the load balancer?',
      text: 'Readiness goes down for good; requests are still served. There is no way back but to start the instance again.',
      yes: 'Drain',
      path: 'drain',
      done: 'Readiness is down.',
    };
  }
  if (name === 'dry-run') {
    return isDryRun
      ? {
          title: 'End the dry run?',
          text: 'Requests are refused again under overload.',
          yes: 'End it',
          path: 'admission/enforce',
          done: 'The dry run is over.',
        }
      : {
          title: 'Start a dry run?',
          text: 'Nothing is refused any more, even under overload. What would have been refused is only counted.',
          yes: 'Start it',
          path: 'admission/dry-run',
          done: 'Nothing is refused from now on.',
        };
  }
  const [title, text] = CAPTURE[name as keyof typeof CAPTURE];
  const path = `capture/${name}?worker=${encodeURIComponent(worker)}`;
  return { title: `${title} of worker ${worker}?`, text, yes: 'Capture', path, done: '' };
}

export function note(text: string): void {
  say($('note'), text);
}

/** Asks; true for yes. Escape is no. */
async function confirm({ title, text, yes }: Action): Promise<boolean> {
  const dialog = $('confirm') as HTMLDialogElement;
  say($('confirm-title'), title);
  say($('confirm-text'), text);
  say($('confirm-yes'), yes);
  dialog.returnValue = 'no';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true });
  });
}

async function act(button: HTMLButtonElement): Promise<void> {
  const action = actionOf(button.dataset['action'] ?? '');
  if (!(await confirm(action))) return;
  button.disabled = true;
  note('…');
  try {
    const response = await ask(action.path, 'POST');
    if (action.done !== '') note(action.done);
    else if (response.status === 201) {
      const { file } = (await response.json()) as { readonly file: string };
      note(`Written to ${file}`);
    } else note(`Saved as ${await save(response)}`);
  } catch (error) {
    note(`Not done: ${(error as Error).message}`);
  } finally {
    button.disabled = false;
    button.focus();
  }
}

export function prepareActions(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>('[data-action]')) {
    button.addEventListener('click', () => void act(button));
  }
}

/** The dry run's button says what it does now. */
export function showActions(dryRun: boolean, isAuthenticated: boolean): void {
  isDryRun = dryRun;
  say($('dry-run'), dryRun ? 'End dry run' : 'Dry run');
  $('actions').hidden = !isAuthenticated;
  $('unlock').hidden = isAuthenticated;
}

/** @param onToken It is right. */
export function prepareToken(onToken: () => void): void {
  const dialog = $('token') as HTMLDialogElement;
  const input = $('token-value') as HTMLInputElement;
  $('unlock').addEventListener('click', () => {
    input.value = '';
    say($('token-problem'), '');
    dialog.showModal();
  });
  $('token-no').addEventListener('click', () => dialog.close());
  $('token-form').addEventListener('submit', (event) => {
    event.preventDefault();
    ask('incidents', 'GET', input.value).then(
      () => {
        setToken(input.value);
        dialog.close();
        onToken();
      },
      (error: Error) => say($('token-problem'), error.message),
    );
  });
}
