import { exitCodes } from './exit-codes.ts'

export interface UnitOptions {
  /** What starts `pars`, as absolute paths. */
  readonly program: readonly string[]
  readonly user: string
  /** Absolute. */
  readonly data: string
  /** Absolute. */
  readonly config: string
}

/** Starting again changes nothing about these: an operator has to look. */
const final = [
  exitCodes.usage,
  exitCodes.data,
  exitCodes.genesis,
  exitCodes.stopped,
  exitCodes.key,
] as const

/**
 * The unit of a node. A folder below /var/lib is made by systemd, which also lets the node write there
 * and nowhere else.
 *
 * @see systemd.service(5), systemd.exec(5)
 */
export function systemdUnit({ program, user, data, config }: UnitOptions): string {
  const [, name] = /^\/var\/lib\/([^/]+)$/.exec(data) ?? []
  const folder =
    name === undefined
      ? [`ReadWritePaths=${quoted(data)}`]
      : [`StateDirectory=${name}`, 'StateDirectoryMode=0700']
  const command = [...program, 'run', '--config', config, '--data', data].map(quoted).join(' ')
  return `[Unit]
Description=Pars node
Wants=network-online.target
After=network-online.target
# Five failures in ten minutes are no passing ones.
StartLimitIntervalSec=10min
StartLimitBurst=5

[Service]
Type=exec
User=${user}
Group=${user}
ExecStart=${command}
Restart=on-failure
RestartSec=5s
# A wrong setting, genesis or key, damaged data, execution that stopped, another process with the key.
RestartPreventExitStatus=${final.join(' ')}
# What is under way is written first.
TimeoutStopSec=60s
LimitNOFILE=65536
UMask=0077
${folder.join('\n')}

# The password of a validator's key, readable by nobody else. With it, in ${config}:
# validator = true
#LoadCredential=validator-password:/etc/pars/validator-password
#Environment=PARS_VALIDATOR_PASSWORD_FILE=%d/validator-password

# No MemoryDenyWriteExecute: JavaScript is compiled while it runs.
CapabilityBoundingSet=
AmbientCapabilities=
NoNewPrivileges=yes
LockPersonality=yes
PrivateDevices=yes
PrivateTmp=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHome=${[...program, data, config].some(isInHome) ? 'read-only' : 'yes'}
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProtectSystem=strict
RemoveIPC=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged

[Install]
WantedBy=multi-user.target
`
}

function isInHome(place: string): boolean {
  return /^\/(?:home|root)\//.test(place)
}

/** One word of a unit's line. @see systemd.syntax(7) */
function quoted(word: string): string {
  const plain = word.replaceAll('%', '%%').replaceAll('$', '$$$$')
  if (/^[\w./:@%=+,$-]+$/.test(plain)) return plain
  return `"${plain.replaceAll('\\', String.raw`\\`).replaceAll('"', String.raw`\"`)}"`
}
