/** Whether a stored block is what its header says, and follows its parent. */
import { encodeRlp, equal, Fault, trimmed } from '#base'
import { keccak256 } from '#crypto'

import { bloomOf, merge } from '../block/bloom.ts'
import { headerHash } from '../block/header.ts'
import { encodeReceipt } from '../block/receipt.ts'
import type { ParsEnvelope } from '../pars/envelope.ts'
import type { ParsProfile } from '../pars/profile.ts'
import type { Head, Header, StoredReceipt } from '../port.ts'
import { orderedRoot } from '../state/index.ts'

export interface FoundBlock extends Head {
  readonly envelopes: readonly ParsEnvelope[]
  readonly receipts: readonly StoredReceipt[]
}

/**
 * Everything but the state root: that takes an execution. Signatures are not verified. Throws
 * `CHAIN_BLOCK_WRONG`.
 */
export function checkBlock(block: FoundBlock, parent: Head, profile: ParsProfile): void {
  const { header, hash, envelopes, receipts } = block
  const expect = (isRight: boolean, what: string): void => {
    if (!isRight) throw blockWrong(header.number, what)
  }
  expect(header.number === parent.header.number + 1n, 'number')
  expect(equal(headerHash(header), hash), 'hash')
  expect(equal(header.parentHash, parent.hash), 'parent hash')
  expect(header.timestamp >= parent.header.timestamp, 'timestamp')
  expect(header.baseFeePerGas === profile.nextBaseFee(parent.header), 'base fee')
  expect(receipts.length === envelopes.length, 'receipts')
  const wires = envelopes.map(({ wire }) => wire)
  expect(equal(orderedRoot(wires), header.transactionsRoot), 'transactions root')
  const encoded = receipts.map((receipt) => encodeReceipt(receipt))
  expect(equal(orderedRoot(encoded), header.receiptsRoot), 'receipts root')
  expect(equal(allBlooms(receipts), header.logsBloom), 'logs bloom')
  expect((receipts.at(-1)?.cumulativeGasUsed ?? 0n) === header.gasUsed, 'gas used')
  for (const [index, envelope] of envelopes.entries()) {
    const receipt = receipts[index]
    const before = receipts[index - 1]?.cumulativeGasUsed ?? 0n
    const isRight = receipt !== undefined && isReceiptOf(receipt, envelope, { header, before })
    expect(isRight, `receipt ${index}`)
  }
}

export function blockWrong(number: bigint, what: string): Fault {
  return new Fault(
    { code: 'CHAIN_BLOCK_WRONG', number, what },
    'the data is damaged or forged: take it from another node',
  )
}

function allBlooms(receipts: readonly StoredReceipt[]): Uint8Array {
  const bloom = bloomOf([])
  for (const { logsBloom } of receipts) merge(bloom, logsBloom)
  return bloom
}

/** What the receipts root does not bind, because it follows from the transaction. */
function isReceiptOf(
  receipt: StoredReceipt,
  envelope: ParsEnvelope,
  { header, before }: { readonly header: Header; readonly before: bigint },
): boolean {
  const { sender, to, type } = envelope
  return (
    receipt.type === type &&
    equal(receipt.sender, sender) &&
    isSame(receipt.to, to) &&
    receipt.gasUsed === receipt.cumulativeGasUsed - before &&
    receipt.effectiveGasPrice === envelope.effectiveGasPrice(header.baseFeePerGas ?? 0n) &&
    (receipt.contractAddress === undefined || isSame(receipt.contractAddress, creation(envelope)))
  )
}

/** @see Ethereum Yellow Paper, section 7 */
function creation({ to, sender, fields }: ParsEnvelope): Uint8Array | undefined {
  if (to !== undefined) return undefined
  return keccak256(encodeRlp([sender, trimmed(fields.nonce)])).subarray(12)
}

function isSame(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === undefined || b === undefined ? a === b : equal(a, b)
}
