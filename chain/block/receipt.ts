import { concat, empty, encodeRlp, type Rlp, toBigInt, trimmed } from '#base'

import type { LogEntry, StoredReceipt } from '../port.ts'
import { bloomOf } from './bloom.ts'
import { storedRlp } from './stored.ts'

const stored = storedRlp('receipts')

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
  return stored.list(stored.decode(bytes)).map((item) => {
    const [type, outcome, gas, cumulative, price, sender, to, created, logs, blobGas, blobPrice] =
      stored.list(item)
    const entries = stored.list(logs).map(toLog)
    const blobGasUsed = toBigInt(stored.bytes(blobGas))
    return {
      type: Number(toBigInt(stored.bytes(type))),
      ...(stored.bytes(outcome).length === 32
        ? { root: stored.bytes(outcome) }
        : { status: stored.bytes(outcome).length === 0 ? (0 as const) : (1 as const) }),
      gasUsed: toBigInt(stored.bytes(gas)),
      cumulativeGasUsed: toBigInt(stored.bytes(cumulative)),
      effectiveGasPrice: toBigInt(stored.bytes(price)),
      sender: stored.bytes(sender),
      ...(stored.bytes(to).length > 0 ? { to: stored.bytes(to) } : {}),
      ...(stored.bytes(created).length > 0 ? { contractAddress: stored.bytes(created) } : {}),
      logs: entries,
      // Many readers never look: it costs more than all the rest.
      get logsBloom() {
        return bloomOf(entries)
      },
      ...(blobGasUsed > 0n ? { blobGasUsed, blobGasPrice: toBigInt(stored.bytes(blobPrice)) } : {}),
    }
  })
}

function toLog(item: Rlp): LogEntry {
  const [address, topics, data] = stored.list(item)
  return {
    address: stored.bytes(address),
    topics: stored.list(topics).map(stored.bytes),
    data: stored.bytes(data),
  }
}
