import { concat, decodeRlp, empty, encodeRlp, Fault, type Rlp, toBigInt, trimmed } from '#base'

import type { LogEntry, StoredReceipt } from '../port.ts'
import { bloomOf } from './bloom.ts'

/** The encoding that receiptsRoot commits to. @see EIP-2718, EIP-658 */
export function encodeReceipt(receipt: StoredReceipt): Uint8Array<ArrayBuffer> {
  const body = encodeRlp([
    receipt.root ?? trimmed(receipt.status ?? 0),
    trimmed(receipt.cumulativeGasUsed),
    receipt.logsBloom,
    logsToRlp(receipt.logs),
  ])
  return receipt.type === 0 ? body : concat(Uint8Array.of(receipt.type), body)
}

function logsToRlp(logs: readonly LogEntry[]): Rlp {
  return logs.map(({ address, topics, data }) => [address, topics, data])
}

/** The node's own form: what consensus leaves out is kept, the bloom is computed again on reading. */
export function packReceipts(receipts: readonly StoredReceipt[]): Uint8Array<ArrayBuffer> {
  return encodeRlp(
    receipts.map((receipt) => [
      trimmed(receipt.type),
      receipt.root ?? trimmed(receipt.status ?? 0),
      trimmed(receipt.gasUsed),
      trimmed(receipt.cumulativeGasUsed),
      trimmed(receipt.effectiveGasPrice),
      receipt.sender,
      receipt.to ?? empty,
      receipt.contractAddress ?? empty,
      logsToRlp(receipt.logs),
      trimmed(receipt.blobGasUsed ?? 0n),
      trimmed(receipt.blobGasPrice ?? 0n),
    ]),
  )
}

/** Throws `STORE_CORRUPT`: these bytes were written by `packReceipts`. */
export function unpackReceipts(bytes: Uint8Array): StoredReceipt[] {
  return members(decodeRlp(bytes)).map((item) => {
    const [type, outcome, gas, cumulative, price, sender, to, created, logs, blobGas, blobPrice] =
      members(item)
    const entries = members(logs).map(toLog)
    const blobGasUsed = toBigInt(bytesOf(blobGas))
    return {
      type: Number(toBigInt(bytesOf(type))),
      ...(bytesOf(outcome).length === 32
        ? { root: bytesOf(outcome) }
        : { status: bytesOf(outcome).length === 0 ? (0 as const) : (1 as const) }),
      gasUsed: toBigInt(bytesOf(gas)),
      cumulativeGasUsed: toBigInt(bytesOf(cumulative)),
      effectiveGasPrice: toBigInt(bytesOf(price)),
      sender: bytesOf(sender),
      ...(bytesOf(to).length > 0 ? { to: bytesOf(to) } : {}),
      ...(bytesOf(created).length > 0 ? { contractAddress: bytesOf(created) } : {}),
      logs: entries,
      // Many readers never look: it costs more than all the rest.
      get logsBloom() {
        return bloomOf(entries)
      },
      ...(blobGasUsed > 0n ? { blobGasUsed, blobGasPrice: toBigInt(bytesOf(blobPrice)) } : {}),
    }
  })
}

function toLog(item: Rlp): LogEntry {
  const [address, topics, data] = members(item)
  return {
    address: bytesOf(address),
    topics: members(topics).map(bytesOf),
    data: bytesOf(data),
  }
}

function members(item: Rlp | undefined): readonly Rlp[] {
  if (item === undefined || item instanceof Uint8Array) throw corrupt()
  return item
}

function bytesOf(item: Rlp | undefined): Uint8Array {
  if (!(item instanceof Uint8Array)) throw corrupt()
  return item
}

function corrupt(): Fault<{ code: 'STORE_CORRUPT'; what: string }> {
  return new Fault({ code: 'STORE_CORRUPT', what: 'receipts' })
}
