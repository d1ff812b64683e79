/** What a node needs of the places that its settings name. */
import { access, constants, stat, statfs } from 'node:fs/promises'
import path from 'node:path'
import process from 'node:process'

import { hex, isFault, silent } from '#base'
import { formatGenesis, type Genesis, genesisHash } from '#genesis'

import { systemClock } from '../clock.ts'
import { reasonOf } from '../files.ts'
import { KeyFolder } from '../keystore.ts'
import { limits } from '../limits.ts'
import { refusalOf } from '../listen.ts'
import { RpcClient } from '../rpc-client.ts'
import type { RunOptions } from '../run.ts'
import { failed, ok, type Outcome, warning } from './finding.ts'

const hasModes = process.platform !== 'win32'

/** The folder, or the nearest one above it that exists. */
export async function folder(data: string): Promise<Outcome> {
  const existing = await nearest(data)
  const found = await stat(existing)
  if (!found.isDirectory()) {
    return failed(`${existing} is no folder`, 'move the file away, or name a folder with --data')
  }
  try {
    await access(existing, constants.W_OK | constants.X_OK)
  } catch (error) {
    const reason = reasonOf(error)
    return failed(`${existing}: ${reason}`, 'make the folder writable, or name another with --data')
  }
  if (existing !== path.resolve(data)) return ok(`${data} will be made`)
  if (hasModes && (found.mode & 0o022) !== 0) {
    return warning(`${data}: others may write to it`, `take their rights away: chmod go-w ${data}`)
  }
  return ok(data)
}

export async function disk(data: string): Promise<Outcome> {
  const { bavail, bsize } = await statfs(await nearest(data))
  const free = bavail * bsize
  const found = `${(free / 2 ** 30).toFixed(1)} GiB free`
  if (free < limits.freeDisk.value) {
    return failed(found, 'free some space, or name a folder on another disk with --data')
  }
  return free < 10 * limits.freeDisk.value ? warning(found, 'plan for more space') : ok(found)
}

async function nearest(data: string): Promise<string> {
  for (let at = path.resolve(data); ; at = path.dirname(at)) {
    const exists = await stat(at).then(
      () => true,
      () => false,
    )
    if (exists || path.dirname(at) === at) return at
  }
}

type ChainOptions = Pick<RunOptions, 'genesis' | 'data' | 'archive' | 'modules' | 'project'>

/** Opens the chain as a start does, and closes it. Throws what keeps a node from starting. */
export async function chain(options: ChainOptions): Promise<Outcome> {
  const { genesis, data, archive, modules, project } = options
  const { Chain, checkNetwork, Verifier } = await import('#chain')
  const network = { genesis: formatGenesis(genesis), modules, project }
  await checkNetwork(network)
  const store = path.join(data, 'chain')
  if ((await stat(path.join(store, 'CURRENT')).catch(() => undefined)) === undefined) {
    return ok('none yet: it will begin at block 0')
  }
  try {
    const verifier = new Verifier({ cores: 1 })
    const init = { ...network, path: store, archive, clock: systemClock, log: silent, verifier }
    const opened = await Chain.open(init)
    const { number } = opened.head.header
    await opened.close()
    return ok(`opens; its head is block ${number}`)
  } catch (error) {
    if (!isFault(error, 'STORE_LOCKED')) throw error
    return ok('a running node has it open')
  }
}

/** Whether a node could listen there, unless one of this network does. */
export async function port(
  { host, port: number }: Pick<RunOptions, 'host' | 'port'>,
  genesis: Genesis | undefined,
): Promise<Outcome> {
  const reason = await refusalOf({ host, port: number })
  if (reason === undefined) return ok(number === 0 ? 'a free one' : `${number} is free`)
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${number}`
  const answer = await new RpcClient(url).ask('pars_networkId').catch(() => undefined)
  if (genesis !== undefined && answer === hex(genesisHash(genesis))) {
    return ok(`a node of this network answers on ${number}`)
  }
  return failed(`${host}:${number}: ${reason}`, 'stop what uses it, or name another with --port')
}

/** Whether the owner alone can read each key. */
export async function keys(folderName: string): Promise<Outcome> {
  const all = await new KeyFolder(folderName).list()
  const faults = all.flatMap((one) => ('fault' in one ? [`${one.file}: ${one.fault.message}`] : []))
  if (faults.length > 0) return failed(faults.join('; '), 'see each file')
  const mode = hasModes ? (await stat(folderName).catch(() => undefined))?.mode : undefined
  if (mode !== undefined && (mode & 0o077) !== 0) {
    return warning(`others may look into ${folderName}`, `chmod 700 ${folderName}`)
  }
  return ok(all.length === 0 ? 'none yet' : `${all.length} in ${folderName}`)
}
