import { defineConfig, type RespiteConfig } from 'respite/config';

// Users' calls last milliseconds, so even a busy mailbox has few of them in flight: 64 is several times what the users of
// the demonstration can cause, and nobody who waits is ever refused short of a catastrophe.
const LIMIT = 64;

// A delivery lasts from milliseconds to seconds, and while it lasts it takes a share of the processor and one of the four
// threads that files and compression have. Few at once are as fast as many: past a handful they only wait for each other,
// and every user's call waits with them. Users' calls count as well: when they pile up, deliveries give way.
const REQUESTS_BESIDE_WHICH_A_DELIVERY_MAY_START = 2;

// It is the size that hurts, not the count: one of the largest mails (40 MB) and some small ones, or a few middling ones.
const BYTES_BESIDE_WHICH_A_DELIVERY_MAY_START = 48 * 1024 * 1024;

// A class has one threshold, for requests and bytes alike: the share of both at which it is refused.
const DELIVERY_SHARE = REQUESTS_BESIDE_WHICH_A_DELIVERY_MAY_START / LIMIT;

const config: RespiteConfig = defineConfig({
  admission: {
    limit: LIMIT,
    // Nobody waits for it, it is costly, and its caller (a mail server) keeps the message and comes again.
    routes: { 'POST /mailboxes/:user/messages': 'sheddable' },
    thresholds: { sheddable: DELIVERY_SHARE },
    bodyBudgetBytes: Math.round(BYTES_BESIDE_WHICH_A_DELIVERY_MAY_START / DELIVERY_SHARE),
  },
});

export default config;
