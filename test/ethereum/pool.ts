import { createBlob4844TxFromSerializedNetworkWrapper } from '@ethereumjs/tx'

/** A pool of Ethereum's transactions: signatures, funds, fees and blob proofs are really checked. */
import { decodeRlp, Fault, hex, type Rlp } from '#base'
import type { AddedTransaction, ListedTransaction, PoolFace } from '#chain'
import type { Reader } from '#storage'

import type { Head } from '../../chain/port.ts'
import { headSource } from '../../chain/state/index.ts'
import type { EthereumProfile } from './profile.ts'
import type { EthereumEnvelope } from './transaction.ts'

/** What a blob transaction carries beside its block. */
export interface Sidecar {
  readonly blobs: readonly Uint8Array[]
  readonly commitments: readonly Uint8Array[]
  readonly proofs: readonly Uint8Array[]
}

interface Pooled {
  readonly envelope: EthereumEnvelope
  readonly sidecar: Sidecar | undefined
}

const blobType = 3

export class EthereumPool implements PoolFace {
  readonly #profile: EthereumProfile
  readonly #reader: Reader
  readonly #head: Head
  readonly #pooled = new Map<string, Pooled>()
  readonly #listeners = new Set<(added: AddedTransaction) => void>()

  constructor(profile: EthereumProfile, reader: Reader, head: Head) {
    this.#profile = profile
    this.#reader = reader
    this.#head = head
  }

  get size(): number {
    return this.#pooled.size
  }

  get executable(): number {
    return this.list().filter(({ isExecutable }) => isExecutable).length
  }

  /** Blob transactions come with their blobs, all others as in a block. */
  async submit(wire: Uint8Array): Promise<Uint8Array> {
    const { header } = this.#head
    const isNetworkForm = wire[0] === blobType
    const canonical = isNetworkForm ? this.#withoutBlobs(wire) : wire
    const envelope = this.#profile.decode(canonical, header) as EthereumEnvelope
    this.#check(envelope)
    const sidecar = isNetworkForm ? sidecarOf(wire) : undefined
    this.#pooled.set(hex(envelope.hash), { envelope, sidecar })
    const { hash, sender } = envelope
    for (const listener of this.#listeners) listener({ hash, sender, wire: canonical })
    return hash
  }

  byHash(hash: Uint8Array): ListedTransaction | undefined {
    return this.list().find((one) => hex(one.hash) === hex(hash))
  }

  sidecar(hash: Uint8Array): Sidecar | undefined {
    return this.#pooled.get(hex(hash))?.sidecar
  }

  pendingNonce(sender: Uint8Array): bigint {
    return (
      this.list(sender)
        .filter(({ isExecutable }) => isExecutable)
        .at(-1)?.nonce ?? this.#nonce(sender)
    )
  }

  list(sender?: Uint8Array): readonly ListedTransaction[] {
    const all = [...this.#pooled.values()]
      .map(({ envelope }) => envelope)
      .filter((one) => sender === undefined || hex(one.sender) === hex(sender))
    return [...Map.groupBy(all, (one) => hex(one.sender)).values()].flatMap((own) => {
      let next = this.#nonce(own[0]?.sender ?? new Uint8Array(20))
      return own
        .toSorted((a, b) => Number(a.transaction.nonce - b.transaction.nonce))
        .map(({ hash, wire, sender: from, transaction: { nonce } }) => {
          const isExecutable = nonce === next
          if (isExecutable) next += 1n
          return { hash, wire, sender: from, nonceKey: 0n, nonce, isExecutable }
        })
    })
  }

  onAdded(listener: (added: AddedTransaction) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #nonce(sender: Uint8Array): bigint {
    return this.#account(sender)?.nonce ?? 0n
  }

  #account(address: Uint8Array): { readonly nonce: bigint; readonly balance: bigint } | undefined {
    const record = headSource(this.#reader).account(address)
    if (record instanceof Promise) throw new TypeError('the head answers at once')
    return record
  }

  #check({ transaction, sender, gasLimit }: EthereumEnvelope): void {
    const { header } = this.#head
    if (transaction.nonce < this.#nonce(sender)) {
      throw new Fault({ code: 'TX_NONCE_TOO_LOW', expected: this.#nonce(sender) }, 'nonce too low')
    }
    if (gasLimit < transaction.getIntrinsicGas()) {
      throw new Fault({ code: 'TX_GAS_LIMIT' }, 'intrinsic gas too low')
    }
    if (gasLimit > header.gasLimit) {
      throw new Fault({ code: 'TX_GAS_LIMIT' }, 'exceeds block gas limit')
    }
    const price = 'maxFeePerGas' in transaction ? transaction.maxFeePerGas : transaction.gasPrice
    const cost = gasLimit * price + transaction.value
    if ((this.#account(sender)?.balance ?? 0n) < cost) {
      throw new Fault({ code: 'TX_UNFUNDED', cost }, 'insufficient funds for gas * price + value')
    }
  }

  /** The canonical encoding, once the blobs are proven to be those of its hashes. */
  #withoutBlobs(wire: Uint8Array): Uint8Array {
    const common = this.#profile.rules(this.#head.header)
    try {
      const wrapped = createBlob4844TxFromSerializedNetworkWrapper(wire, { common })
      return wrapped.serialize()
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new Fault({ code: 'TX_INVALID', reason }, 'send it with its blobs and their proofs')
    }
  }
}

/** @see EIP-7594, "Networking" */
function sidecarOf(wire: Uint8Array): Sidecar {
  const items = listOf(decodeRlp(wire.subarray(1)))
  const [blobs, commitments, proofs] = items
    .slice(-3)
    .map((item) => listOf(item) as readonly Uint8Array[])
  return { blobs: blobs ?? [], commitments: commitments ?? [], proofs: proofs ?? [] }
}

function listOf(item: Rlp): readonly Rlp[] {
  if (item instanceof Uint8Array) throw new TypeError('not a list')
  return item
}
