import { access, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { Fault, utf8 } from '#base'
import { addressOfKey, mlDsa } from '#crypto'
import {
  cloneGenesis,
  formatGenesis,
  type Genesis,
  genesisHash,
  parseGenesis,
  preset,
} from '#genesis'
import { sealKey } from '#identity'
import { defaultAlgorithm } from '#protocol'

import { beginAs } from '../consensus/begin.ts'
import { openNodeKey } from '../consensus/node-key.ts'
import { validatorKeyFile } from '../consensus/validator-key.ts'
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
}

/** A password that protects nothing: everything else is beside it, too. */
const password = 'development only'
/** The least of RFC 9106 that keeps the format: a devnet starts often. */
const cost = { memoryKiB: 64, iterations: 1, parallelism: 1 }

/** The devnet that is in the folder, or a new one. Throws `NODE_DEVNET_SIZE`. */
export async function openDevnet(plan: DevnetPlan): Promise<Devnet> {
  const file = path.join(plan.folder, 'genesis.json')
  const exists = await access(file).then(
    () => true,
    () => false,
  )
  const genesis = exists ? parseGenesis(await readFile(file, 'utf8')) : await build(plan)
  if (genesis.validators.length !== plan.validators) {
    throw new Fault(
      { code: 'NODE_DEVNET_SIZE', folder: plan.folder, validators: genesis.validators.length },
      'a network keeps its validators: give another folder, or --reset for a new network',
    )
  }
  const places = genesis.validators.map((_, index) => placeOf(plan, index))
  await configure(plan, genesis, places)
  return { folder: plan.folder, genesis, places }
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
  await makePrivateFolder(plan.folder)
  const base = cloneGenesis(preset('devnet'), systemRandom)
  const made = await Promise.all(
    Array.from({ length: plan.validators }, async (_, index) => {
      const { data } = placeOf(plan, index)
      await makePrivateFolder(data)
      const key = mlDsa(defaultAlgorithm).generate(systemRandom)
      const account = addressOfKey(key.algorithm, key.publicKey)
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
    await beginAs(key.publicKey, data)
  }
  await writePrivate(path.join(plan.folder, 'password'), utf8(`${password}\n`))
  // Last: with it the folder is a devnet.
  await writeFile(path.join(plan.folder, 'genesis.json'), formatGenesis(genesis), { flag: 'wx' })
  return genesis
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
      `validator-password-file = ${JSON.stringify(path.join(folder, 'password'))}`,
      `port = ${rpcPort + index}`,
      `listen = ["/ip4/127.0.0.1/tcp/${basePort + index}"]`,
      `peers = ${JSON.stringify(peers)}`,
    ]
    await writeFile(config, `${lines.join('\n')}\n`)
  }
}
