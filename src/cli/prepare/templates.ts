// What `respite init` writes. deploy/ holds the same files, rendered; test/structure compares them.

/** Longer than the defaults of `drainTimeoutMs` (10 s) and `killTimeoutMs` (5 s), with room for `balancer.waitMs`, in seconds. */
const STOP_SECONDS = 60;

export function configuration(): string {
  return `import { defineConfig } from 'respite/config';

// Every key has a default; docs/reference/configuration.md lists them all. Check this file with \`respite config check\`.
export default defineConfig({
  supervisor: {
    // One worker process for each core: 'auto'.
    workers: 1,
    // How long the load balancer needs to notice that this instance is stopping, in ms.
    // balancer: { waitMs: 10_000 },
  },
  admission: {
    // Requests that are shed first under overload, by route.
    routes: {
      // 'POST /imports': 'sheddable',
    },
  },
  // Who is notified of incidents.
  // notify: { webhook: { url: 'https://example.com/incidents' } },
});
`;
}

export interface UnitSettings {
  readonly name: string;
  /** Absolute path of the working directory. */
  readonly directory: string;
  readonly script: string;
}

/** A percent sign begins a specifier in a unit, and a space ends a word: systemd.unit(5). */
function quoted(word: string): string {
  const escaped = word.replaceAll('%', '%%');
  return /^[\w@%+=:,./-]+$/.test(escaped) ? escaped : `"${escaped.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

export function systemdUnit({ name, directory, script }: UnitSettings): string {
  const bin = quoted(`${directory}/node_modules/.bin/respite`);
  return `# Copy to /etc/systemd/system/${name}.service, set User, then: systemctl daemon-reload && systemctl enable --now ${name}
[Unit]
Description=${name.replaceAll('%', '%%')}, run by Respite
Wants=network-online.target
After=network-online.target

[Service]
# Started when the first worker is ready, and stopped when the supervisor itself blocks for a minute. Messages come from systemd-notify, which
# is another process than the main one: NotifyAccess=all.
Type=notify
NotifyAccess=all
WatchdogSec=60
WorkingDirectory=${directory.replaceAll('%', '%%')}
ExecStart=${bin} run ${quoted(script)}
# A rolling restart.
ExecReload=/bin/kill -HUP $MAINPID
# Only the supervisor gets SIGTERM, and drains the workers; what is left after TimeoutStopSec is killed.
KillMode=mixed
# Longer than balancer.waitMs, drainTimeoutMs and killTimeoutMs together.
TimeoutStopSec=${STOP_SECONDS}
# Longer than supervisor.startTimeoutMs.
TimeoutStartSec=90
# The supervisor replaces a worker that the kernel has killed for its memory. The default ends the whole service.
OOMPolicy=continue
Restart=on-failure
RestartSec=1
# Bad usage or configuration, which another start does not change.
RestartPreventExitStatus=2
NoNewPrivileges=true
ProtectSystem=full
Environment=NODE_ENV=production
# User=

[Install]
WantedBy=multi-user.target
`;
}

export function dockerfile({ script }: { readonly script: string }): string {
  return `FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev
COPY . .

FROM node:24-slim
# Collects processes that your server has started and left behind, which Node.js as process 1 does not.
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app /app
# Incidents and the instance file: the only directory that is written to, so the rest may be read-only.
RUN install -d -m 0700 -o node -g node /app/.respite
VOLUME /app/.respite
USER node
# The port of your server.
EXPOSE 3000
# Under Docker Swarm, which replaces unhealthy containers, "live" in place of "ready".
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \\
  CMD ["node_modules/.bin/respite", "health", "ready"]
ENTRYPOINT ["tini", "--"]
# Not npm, npx or a shell, which keep SIGTERM to themselves.
CMD ${JSON.stringify(['node_modules/.bin/respite', 'run', script]).replaceAll(',', ', ')}
`;
}

export function dockerignore(): string {
  return `.git
.respite
node_modules
*.log
.env*
`;
}
