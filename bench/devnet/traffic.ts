/** Transactions that are sent at a rate, and when they are in a block and final. */
import { hex } from '#base'
import { keccak256 } from '#crypto'
import { encodeTransaction, signingPayload } from '#protocol'

import { gwei, Wallet } from '../../test/chain/pars/wallet.ts'
import type { Node } from '../../test/e2e/node.ts'

/** Milliseconds of this process's clock; a time is missing for what never came about. */
export interface Journey {
  readonly sent: number
  executed?: number
  finalized?: number
}

export interface Report {
  readonly journeys: readonly Journey[]
  /** Answers that the node has no room now. */
  readonly refusals: number
  readonly blocks: number
}

interface Signed {
  readonly hash: string
  readonly wire: string
  readonly through: Node
}

interface Account {
  readonly wallet: Wallet
  /** It sends through this one alone, so that its transactions arrive in order. */
  readonly through: Node
  nonce: bigint
}

const gasPrice = 1000n * gwei
const lookEvery = 50
const retryAfter = 250
/** How long it waits for the last ones. */
const patience = 45_000

/** Accounts of a network, each at one of its nodes. */
export class Traffic {
  readonly #witness: Node
  readonly #genesisHash: Uint8Array
  readonly #accounts: readonly Account[]

  private constructor(witness: Node, genesisHash: Uint8Array, accounts: readonly Account[]) {
    this.#witness = witness
    this.#genesisHash = genesisHash
    this.#accounts = accounts
  }

  /**
   * Funds accounts from those of the devnet.
   * @param each Accounts at each node.
   */
  static async open(
    nodes: readonly [Node, ...Node[]],
    genesisHash: Uint8Array,
    each: number,
  ): Promise<Traffic> {
    const accounts = Array.from({ length: each }, (_, at) =>
      nodes.map((through, place) => ({
        wallet: new Wallet(`load ${at} at ${place}`, 0x65),
        through,
        nonce: 0n,
      })),
    ).flat()
    const [node] = nodes
    const rich = await node.ask<string[]>('eth_accounts')
    const hashes: string[] = []
    for (const [index, { wallet }] of accounts.entries()) {
      const from = rich[index % rich.length]
      const value = `0x${(10n ** 21n).toString(16)}`
      const to = hex(wallet.address)
      // oxlint-disable-next-line no-await-in-loop -- the node counts the nonces of its accounts
      hashes.push(await node.ask('eth_sendTransaction', { from, to, value }))
    }
    await Promise.all(hashes.map((hash) => node.receipt(hash)))
    return new Traffic(node, genesisHash, accounts)
  }

  /** Signed before the clock starts. */
  prepare(count: number): readonly Signed[] {
    const signed: Signed[] = []
    while (signed.length < count) {
      for (const account of this.#accounts.slice(0, count - signed.length)) {
        signed.push(this.#sign(account))
      }
    }
    return signed
  }

  #sign(account: Account): Signed {
    const { wallet, through } = account
    const fees = { maxFeePerGas: gasPrice, maxPriorityFeePerGas: gwei }
    const transaction = wallet.unsigned({ nonce: account.nonce++, ...fees })
    const genesisHash = this.#genesisHash
    return {
      hash: hex(keccak256(signingPayload(transaction, genesisHash))),
      wire: hex(encodeTransaction(wallet.sign(transaction, { genesisHash }))),
      through,
    }
  }

  /** Sends at `rate` a second, come what may, and waits for what becomes of them. */
  async send(signed: readonly Signed[], rate: number): Promise<Report> {
    const journeys = new Map<string, Journey>()
    const witness = await Witness.open(this.#witness, journeys)
    const started = performance.now()
    let refusals = 0
    const tell = async ({ hash, wire, through }: Signed, at: number): Promise<void> => {
      await sleep(started + at - performance.now())
      journeys.set(hash, { sent: performance.now() })
      const end = performance.now() + patience
      while (performance.now() < end) {
        // oxlint-disable-next-line no-await-in-loop -- again only when it was refused
        const { error } = await through.answer('eth_sendRawTransaction', wire)
        if (error === undefined) return
        if (++refusals === 1) console.log(`  first refusal: ${error.message}`)
        // oxlint-disable-next-line no-await-in-loop -- as above
        await sleep(retryAfter)
      }
    }
    const watching = witness.watch(() => journeys.size === signed.length)
    await Promise.all(signed.map((one, index) => tell(one, (index * 1000) / rate)))
    await watching
    return { journeys: [...journeys.values()], refusals, blocks: witness.blocks }
  }
}

interface SeenBlock {
  readonly number: string
  readonly transactions: readonly string[]
}

/** Notes when a node shows what was sent to it. */
class Witness {
  readonly #node: Node
  readonly #journeys: ReadonlyMap<string, Journey>
  /** Executed, by height, until the height is final. */
  readonly #open = new Map<number, Journey[]>()
  #head: number
  #finalized = 0
  blocks = 0

  private constructor(node: Node, journeys: ReadonlyMap<string, Journey>, head: number) {
    this.#node = node
    this.#journeys = journeys
    this.#head = head
  }

  static async open(node: Node, journeys: ReadonlyMap<string, Journey>): Promise<Witness> {
    return new Witness(node, journeys, Number(await node.ask<string>('eth_blockNumber')))
  }

  /** Until all that was sent is final, or nothing came for long. */
  async watch(allSent: () => boolean): Promise<void> {
    let lastNews = performance.now()
    const isDone = (): boolean =>
      allSent() && this.#journeys.values().every(({ finalized }) => finalized !== undefined)
    while (!isDone() && performance.now() - lastNews < patience) {
      // oxlint-disable-next-line no-await-in-loop -- one look after the other
      if (await this.#look()) lastNews = performance.now()
      // oxlint-disable-next-line no-await-in-loop -- as above
      await sleep(lookEvery)
    }
  }

  async #look(): Promise<boolean> {
    const [latest, final] = await this.#node.askAll<string | { readonly number: string }>([
      ['eth_blockNumber'],
      ['eth_getBlockByNumber', 'finalized', false],
    ])
    const now = performance.now()
    const [head, finalized] = [
      Number(latest),
      Number((final as { readonly number: string }).number),
    ]
    const isNews = head > this.#head || finalized > this.#finalized
    const calls = Array.from(
      { length: head - this.#head },
      (_, index) =>
        ['eth_getBlockByNumber', `0x${(this.#head + 1 + index).toString(16)}`, false] as const,
    )
    for (const block of await this.#node.askAll<SeenBlock>(calls)) this.#executed(block, now)
    this.#head = head
    this.#finalized = finalized
    for (const [height, journeys] of this.#open) {
      if (height > finalized) continue
      for (const journey of journeys) journey.finalized = now
      this.#open.delete(height)
    }
    return isNews
  }

  #executed({ number, transactions }: SeenBlock, now: number): void {
    this.blocks++
    const journeys = transactions.flatMap((hash) => this.#journeys.get(hash) ?? [])
    for (const journey of journeys) journey.executed = now
    this.#open.set(Number(number), journeys)
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, milliseconds)))
}
