/** How long the main thread is held while a full block is admitted, executed and written. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { hex, silent } from '#base'
import { Chain, Verifier } from '#chain'
import { addressOfKey, keccak256, mlDsa, type SigningKey } from '#crypto'
import { formatGenesis, preset } from '#genesis'
import { systemClock } from '#node'
import { contexts, encodeTransaction, signingPayload, type UnsignedTransaction } from '#protocol'

const senders = 550

export async function mainThread(): Promise<void> {
  const keys = Array.from({ length: senders }, (_, index) => {
    const seed = new Uint8Array(32).fill(7)
    new DataView(seed.buffer).setUint32(0, index)
    return mlDsa(0x65).fromSeed(seed)
  })
  const folder = await mkdtemp(path.join(tmpdir(), 'pars-bench-'))
  const chain = await Chain.open({
    path: path.join(folder, 'chain'),
    genesis: fundedGenesis(keys),
    archive: false,
    modules: [],
    clock: systemClock,
    verifier: new Verifier({ cores: 2 }),
    log: silent,
  })
  try {
    const wires = keys.map((key) => transfer(chain, key))
    const admission = await longestHold(async () => {
      for (const [index, wire] of wires.entries()) {
        await chain.pool.submit(wire, { kind: 'client', id: String(index) })
      }
    })
    const room = { gas: chain.head.header.gasLimit, bytes: chain.profile.blockRoom }
    let filled = 0
    const started = performance.now()
    const execution = await longestHold(async () => {
      const chosen = chain.pool.ready(room)
      filled = chosen.length
      await chain.execute({
        epoch: 0n,
        index: (chain.lastCommit?.index ?? -1n) + 1n,
        digest: keccak256(chain.head.hash),
        timestamp: chain.head.header.timestamp + 1n,
        bodies: [{ wires: chosen.map(({ wire }) => wire) }],
        verified: chosen.map(({ wireHash }) => wireHash.toHex()),
      })
    })
    const took = performance.now() - started
    const { gasUsed, gasLimit } = chain.head.header
    const share = Math.round((Number(gasUsed) / Number(gasLimit)) * 100)
    console.log(`block: ${filled} transfers, ${share} % of its gas, ${took.toFixed(0)} ms to disk`)
    console.log(`longest piece of work on the main thread while admitting: ${text(admission)}`)
    console.log(`longest piece of work on the main thread while executing: ${text(execution)}`)
    console.log(`below 50 ms: ${Math.max(admission.cpu, execution.cpu) < 50 ? 'yes' : 'NO'}`)
  } finally {
    await chain.close()
    await rm(folder, { recursive: true, force: true })
  }
}

interface Hold {
  /** Of this thread: what another process takes from it does not count. Milliseconds. */
  readonly cpu: number
  readonly wall: number
}

/** The longest time between two turns of the event loop while `work` runs. */
async function longestHold(work: () => Promise<void>): Promise<Hold> {
  let longest: Hold = { cpu: 0, wall: 0 }
  let last = now()
  let running = true
  const turn = (): void => {
    const present = now()
    longest = {
      cpu: Math.max(longest.cpu, present.cpu - last.cpu),
      wall: Math.max(longest.wall, present.wall - last.wall),
    }
    last = present
    if (running) setImmediate(turn)
  }
  setImmediate(turn)
  await work()
  running = false
  turn()
  return longest
}

function now(): Hold {
  const { user, system } = process.threadCpuUsage()
  return { cpu: (user + system) / 1000, wall: performance.now() }
}

function text({ cpu, wall }: Hold): string {
  return `${cpu.toFixed(1)} ms of CPU (${wall.toFixed(1)} ms by the clock)`
}

function fundedGenesis(keys: readonly SigningKey[]): string {
  const genesis = preset('devnet')
  const alloc = keys.map(({ algorithm, publicKey }) => ({
    address: addressOfKey(algorithm, publicKey),
    balance: 10n ** 24n,
    nonce: 0n,
    code: new Uint8Array(0),
    storage: [],
    key: undefined,
  }))
  return formatGenesis({
    ...genesis,
    alloc: alloc.toSorted((a, b) => (hex(a.address) < hex(b.address) ? -1 : 1)),
  })
}

function transfer(chain: Chain, key: SigningKey): Uint8Array {
  const transaction: UnsignedTransaction = {
    chainId: chain.chainId,
    nonceKey: 0n,
    nonce: 0n,
    validUntil: 0n,
    maxPriorityFeePerGas: 10n ** 9n,
    maxFeePerGas: 10n ** 11n,
    gasLimit: 53_644n,
    to: key.publicKey.subarray(0, 20),
    value: 1n,
    data: new Uint8Array(0),
    accessList: [],
    sender: addressOfKey(key.algorithm, key.publicKey),
    algorithm: key.algorithm,
    key: key.publicKey,
  }
  const hash = keccak256(signingPayload(transaction, chain.genesisHash))
  return encodeTransaction({ ...transaction, signature: key.sign(hash, contexts.transaction) })
}
