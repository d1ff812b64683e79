import type { Common } from '@ethereumjs/common'

import type { Rlp } from '#base'

import type { Executor } from '../evm/index.ts'
import type { Header, StoredReceipt } from '../port.ts'
import type { Envelope } from '../profile.ts'
import { orderedRoot } from '../state/index.ts'
import { applyTransaction, blockForVm, type OpenHeader } from './apply.ts'
import { bloomOf, merge } from './bloom.ts'
import { headerHash } from './header.ts'
import { encodeReceipt } from './receipt.ts'
import type { SealedBlock } from './sealed.ts'

/** A block under construction: transactions go in one by one, and out comes the sealed block. */
export class BlockRun {
  readonly #executor: Executor
  readonly #header: OpenHeader
  readonly #block: ReturnType<typeof blockForVm>
  readonly #envelopes: Envelope[] = []
  readonly #receipts: StoredReceipt[] = []
  #gasUsed = 0n

  constructor(executor: Executor, header: OpenHeader, rules: Common, blobGasPrice?: bigint) {
    this.#executor = executor
    this.#header = header
    this.#block = blockForVm(header, rules, blobGasPrice)
  }

  get gasUsed(): bigint {
    return this.#gasUsed
  }

  get receipts(): readonly StoredReceipt[] {
    return this.#receipts
  }

  get vmBlock(): ReturnType<typeof blockForVm> {
    return this.#block
  }

  async apply(envelope: Envelope): Promise<StoredReceipt> {
    const receipt = await applyTransaction(this.#executor, envelope, this.#block, this.#gasUsed)
    this.#gasUsed = receipt.cumulativeGasUsed
    this.#envelopes.push(envelope)
    this.#receipts.push(receipt)
    return receipt
  }

  /** @param tail What follows the transactions in the block: ommers, withdrawals. */
  seal(stateRoot: Uint8Array, tail: readonly Rlp[]): SealedBlock {
    const header = sealedHeader(this.#header, stateRoot, this.#envelopes, this.#receipts)
    return {
      header,
      hash: headerHash(header),
      envelopes: this.#envelopes,
      receipts: this.#receipts,
      tail,
    }
  }
}

/** `open` with everything that its transactions came to. */
export function sealedHeader(
  open: OpenHeader,
  stateRoot: Uint8Array,
  envelopes: readonly Pick<Envelope, 'wire'>[],
  receipts: readonly StoredReceipt[],
): Header {
  const logsBloom = bloomOf([])
  for (const receipt of receipts) merge(logsBloom, receipt.logsBloom)
  return {
    ...open,
    stateRoot,
    transactionsRoot: orderedRoot(envelopes.map(({ wire }) => wire)),
    receiptsRoot: orderedRoot(receipts.map((receipt) => encodeReceipt(receipt))),
    logsBloom,
    gasUsed: receipts.at(-1)?.cumulativeGasUsed ?? 0n,
  }
}
