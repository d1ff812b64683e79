import { access, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { Fault, utf8 } from '#base'
import { addressOfKey, mlDsa } from '#crypto'
import {
  cloneGenesis,
  formatGenesis,
  type Genesis,
  genesisHash,
  type GovernanceParameters,
  parseGenesis,
  preset,
  proveValidator,
  testAccounts,
} from '#genesis'
import { sealKey } from '#identity'
import { defaultAlgorithm } from '#protocol'

import { beginAs, dagFolder, withDag } from '../consensus/begin.ts'
import { openNodeKey } from '../consensus/node-key.ts'
import { validatorKeyFile } from '../consensus/validator-key.ts'
import { reasonOf } from '../files.ts'
import { writeKeyFile } from '../keystore.ts'
import { makePrivateFolder, writePrivate } from '../private-file.ts'
import { systemRandom } from '../random.ts'

/** Where one validator of the devnet lives. */
export interface Place {
  /** Its data folder, which holds its settings too. */
  readonly data: string
  readonly config: string
  readonly rpc: string
  readonly log: string
}

export interface Devnet {
  readonly folder: string
  readonly genesis: Genesis
  readonly places: readonly Place[]
}

export interface DevnetPlan {
  readonly folder: string
  readonly validators: number
  /** First port between nodes; the others follow. */
  readonly basePort: number
  /** First port of JSON-RPC. */
  readonly rpcPort: number
  /** What governance of a new network goes by. */
  readonly set?: Partial<GovernanceParameters>
}

/** A password that protects nothing: everything else is beside it, too. */
const password = 'development only'
/** The file of the password is what tells a devnet's folder from others. */
const markName = 'password'
const mark = `${password}\n`
/** The least of RFC 9106 that keeps the format: a devnet starts often. */
const cost = { memoryKiB: 64, iterations: 1, parallelism: 1 }

/**
 * The devnet that is in the folder, or a new one where there is nothing yet. Throws
 * `NODE_DEVNET_FOLDER`, `NODE_DEVNET_SIZE`, `GENESIS_INVALID`, and `STORE_LOCKED` while it runs.
 */
export async function openDevnet(plan: DevnetPlan): Promise<Devnet> {
  const { folder } = plan
  const genesis = (await existing(folder)) ?? (await build(plan))
  if (genesis.validators.length !== plan.validators) {
    throw new Fault(
      { code: 'NODE_DEVNET_SIZE', folder, validators: genesis.validators.length },
      'a network keeps its validators: give another folder, or --reset for a new network',
    )
  }
  const places = genesis.validators.map((_, index) => placeOf(plan, index))
  for (const { data } of places) await checkIdle(data)
  await configure(plan, genesis, places)
  return { folder, genesis, places }
}

/**
 * Removes what a devnet has made in the folder, and nothing else. Throws `NODE_DEVNET_FOLDER`, and
 * `STORE_LOCKED` while it runs; then nothing is removed.
 */
export async function removeDevnet(folder: string): Promise<void> {
  const names = await namesIn(folder)
  if (names.length === 0) return
  if (!(await isDevnet(folder))) throw notDevnet(folder, 'no devnet has made what is in it')
  const datas = names.filter((name) => /^validator-\d+$/.test(name))
  for (const name of datas) await checkIdle(path.join(folder, name))
  // The mark last: what a crash leaves can be removed again.
  for (const name of [...datas, 'genesis.json', markName]) {
    await rm(path.join(folder, name), { recursive: true, force: true })
  }
}

async function existing(folder: string): Promise<Genesis | undefined> {
  const names = await namesIn(folder)
  if (names.length === 0) return undefined
  const [isMarked, hasGenesis] = [await isDevnet(folder), names.includes('genesis.json')]
  if (isMarked && hasGenesis) {
    return parseGenesis(await readFile(path.join(folder, 'genesis.json'), 'utf8'))
  }
  throw notDevnet(folder, isMarked ? 'its devnet was not finished' : 'it is not empty')
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    const reason = reasonOf(error)
    if (reason === 'ENOENT') return []
    throw new Fault({ code: 'NODE_FILE', file: folder, reason }, 'name another folder with --dir')
  }
}

async function isDevnet(folder: string): Promise<boolean> {
  const text = await readFile(path.join(folder, markName), 'utf8').catch(() => '')
  return text === mark
}

function notDevnet(folder: string, reason: string): Fault {
  return new Fault(
    { code: 'NODE_DEVNET_FOLDER', folder, reason },
    'name a new folder with --dir; --reset removes what a devnet has made, and nothing else',
  )
}

/** Throws `STORE_LOCKED` while a node runs there. */
async function checkIdle(data: string): Promise<void> {
  const isThere = await access(dagFolder(data)).then(
    () => true,
    () => false,
  )
  if (isThere) await withDag(data, () => Promise.resolve())
}

function placeOf({ folder, rpcPort }: DevnetPlan, index: number): Place {
  const data = path.join(folder, `validator-${index}`)
  return {
    data,
    config: path.join(data, 'config.toml'),
    rpc: `http://127.0.0.1:${rpcPort + index}`,
    log: path.join(data, 'node.log'),
  }
}

/** Keys first, then the genesis that names them, then what binds the keys to it. */
async function build(plan: DevnetPlan): Promise<Genesis> {
  const base = baseOf(plan)
  const owners = testAccounts()
  await makePrivateFolder(plan.folder)
  await writePrivate(path.join(plan.folder, markName), utf8(mark))
  const made = await Promise.all(
    Array.from({ length: plan.validators }, async (_, index) => {
      const { data } = placeOf(plan, index)
      await makePrivateFolder(data)
      const key = mlDsa(defaultAlgorithm).generate(systemRandom)
      // The owner's, whose key everybody has: it says what the validator is ready for.
      const account = owners[index]?.address ?? addressOfKey(key.algorithm, key.publicKey)
      const { peerId } = await openNodeKey(data)
      return { data, key, account, peerId: peerId.toString() }
    }),
  )
  const genesis: Genesis = {
    ...base,
    timestamp: BigInt(Math.floor(Date.now() / 1000)),
    validators: made.map(({ key, account, peerId }) => ({
      account,
      publicKey: key.publicKey,
      stake: 1n,
      peerId,
      proof: proveValidator(key, base, { account, peerId }),
    })),
    // Fewer than four cannot lose one without losing the network.
    allowUnrecoverable: plan.validators < 4,
  }
  const networkId = genesisHash(genesis)
  for (const { data, key, account } of made) {
    const keystore = await sealKey({
      purpose: 'validator',
      key,
      address: account,
      networkId,
      password,
      random: systemRandom,
      cost,
    })
    await writeKeyFile(validatorKeyFile(data), keystore)
    await withDag(data, (store) => beginAs(key.publicKey, store))
  }
  // Last: with it the devnet is finished.
  await writeFile(path.join(plan.folder, 'genesis.json'), formatGenesis(genesis), { flag: 'wx' })
  return genesis
}

/** Without validators. Throws `GENESIS_INVALID` for a parameter that is out of its bounds. */
function baseOf({ set }: DevnetPlan): Genesis {
  const base = cloneGenesis(preset('devnet'), systemRandom)
  return parseGenesis(formatGenesis({ ...base, governance: { ...base.governance, ...set } }))
}

/** Ports may change from start to start. */
async function configure(
  { folder, basePort, rpcPort }: DevnetPlan,
  { validators }: Genesis,
  places: readonly Place[],
): Promise<void> {
  const addresses = validators.map(
    ({ peerId }, index) => `/ip4/127.0.0.1/tcp/${basePort + index}/p2p/${peerId}`,
  )
  for (const [index, { config }] of places.entries()) {
    const peers = addresses.filter((_, other) => other !== index)
    const lines = [
      `genesis = ${JSON.stringify(path.join(folder, 'genesis.json'))}`,
      'validator = true',
      `validator-password-file = ${JSON.stringify(path.join(folder, markName))}`,
      `port = ${rpcPort + index}`,
      `listen = ["/ip4/127.0.0.1/tcp/${basePort + index}"]`,
      `peers = ${JSON.stringify(peers)}`,
    ]
    await writeFile(config, `${lines.join('\n')}\n`)
  }
}
