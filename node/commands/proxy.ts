import process from 'node:process'

import type { Command } from 'commander'

import { hex } from '#base'
import { openKeystore } from '#identity'

import { systemClock } from '../clock.ts'
import { createLog } from '../log.ts'
import { type Network, networkOf } from '../network.ts'
import { readPassword } from '../password.ts'
import type { OpenKey } from '../proxy/accounts.ts'
import type { RunningProxy } from '../proxy/proxy.ts'
import { RpcClient } from '../rpc-client.ts'
import { currentKey, engineOf } from '../wallet.ts'
import {
  addKeyOptions,
  addRpcOptions,
  type KeyFlags,
  listOf,
  portFrom,
  type RpcFlags,
} from './arguments.ts'
import { stopSignal } from './stop-signal.ts'
import { keysOf } from './unlock.ts'

interface ProxyFlags extends RpcFlags, KeyFlags {
  readonly host: string
  readonly port: number
  readonly allowHosts: readonly string[]
  readonly allowOrigins: readonly string[]
}

export function configure(command: Command): void {
  command
    .argument('<accounts...>', 'addresses of keys, or their files')
    .option('--host <address>', 'loopback address to listen on', '127.0.0.1')
    .option('--port <number>', 'port to listen on; 0 takes a free one', portFrom(0, 65_535), 8546)
    .option('--allow-hosts <names>', 'further Host names, separated by commas', listOf, [])
    .option('--allow-origins <origins>', 'pages that may call it, separated by commas', listOf, [])
    .addHelpText(
      'after',
      `
Everything but signing is the node's. Signing takes the token that is printed at the start and kept in a
file until the end. One password opens all accounts when it comes from a file.`,
    )
  addKeyOptions(addRpcOptions(command)).action(async (names: string[], flags: ProxyFlags) => {
    // What can be refused is refused before anybody types a password.
    const { checkHost, createAccess } = await import('#rpc')
    checkHost(flags.host)
    createAccess(flags.allowHosts, flags.allowOrigins)
    const rpc = new RpcClient(flags.rpc)
    const network = await networkOf(rpc)
    const keys = await openKeys(names, flags, rpc)
    const log = createLog({ format: flags.json ? 'json' : 'text', level: 'info' })
    const asked = stopSignal(log, systemClock)
    const { startProxy } = await import('../proxy/proxy.ts')
    await using proxy = await startProxy({
      keys,
      chainId: network.chainId,
      rpc: flags.rpc,
      host: flags.host,
      port: flags.port,
      allowedHosts: flags.allowHosts,
      allowedOrigins: flags.allowOrigins,
      folder: flags.keys,
      log,
    })
    process.stdout.write(
      flags.json ? `${facts(proxy, network, flags)}\n` : welcome(proxy, network, flags),
    )
    log.info('stopping', { signal: await asked })
  })
}

/** The keys that speak for the accounts now; each name's password is asked for when the rest fits. */
async function openKeys(
  names: readonly string[],
  flags: ProxyFlags,
  rpc: RpcClient,
): Promise<readonly OpenKey[]> {
  const open = new Map<string, OpenKey>()
  for (const name of names) {
    const { file, keystore } = await currentKey(await keysOf(name, flags), rpc)
    const account = hex(keystore.address)
    if (open.has(account)) continue
    const question = `Password of ${file}`
    const password = await readPassword({ file: flags.passwordFile, question })
    open.set(account, { file, keystore, engine: engineOf(await openKeystore(keystore, password)) })
  }
  return [...open.values()]
}

/** Without the token: what is printed for machines ends up in logs. */
function facts(
  { url, tokenFile, accounts }: RunningProxy,
  { chainId, networkId }: Network,
  { rpc }: ProxyFlags,
): string {
  const network = { chainId: Number(chainId), networkId: hex(networkId) }
  return JSON.stringify({ url, tokenFile, accounts, rpc, ...network })
}

function welcome(
  { url, token, tokenFile, accounts }: RunningProxy,
  { chainId, networkId }: Network,
  { rpc }: ProxyFlags,
): string {
  return `
Pars signing proxy ready
  JSON-RPC   ${url.replace('://', `://pars:${token}@`)}
  Foundry    the same with /eth at its end
  token      in ${tokenFile} until the proxy stops
  node       ${rpc}
  chain id   ${chainId}
  network id ${hex(networkId)}

Accounts, unlocked for whoever has the token
${accounts.map((address) => `  ${address}`).join('\n')}

Ctrl-C stops it.

`
}
