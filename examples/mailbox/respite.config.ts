import { defineConfig, type RespiteConfig } from 'respite/config';

const config: RespiteConfig = defineConfig({
  // Nobody waits for it, it is costly, and its caller (a mail server) keeps the message and comes again.
  admission: { routes: { 'POST /mailboxes/:user/messages': 'sheddable' } },
});

export default config;
