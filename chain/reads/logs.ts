import { equal, Fault } from '#base'

import { bitsOf, type BloomBits, mayHold } from '../block/bloom.ts'
import { readBlock, readHeader } from '../block/sealed.ts'
import type { BlockView, FoundLog, LogEntry, LogFilter } from '../port.ts'
import { headNumber, type ReadContext } from './context.ts'
import { limits } from './limits.ts'

/** Throws `READ_LOG_RANGE`, `READ_TOO_MANY_LOGS` and `READ_LOGS_TOO_LARGE`. */
export function logs(context: ReadContext, filter: LogFilter): readonly FoundLog[] {
  const head = headNumber(context)
  const to = filter.to < head ? filter.to : head
  const blocks = to - filter.from + 1n
  if (blocks > BigInt(limits.logBlocks.value)) {
    const limit = limits.logBlocks.value
    throw new Fault(
      { code: 'READ_LOG_RANGE', blocks, limit },
      `ask for at most ${limit} blocks at once`,
    )
  }
  const sought = bloomFilter(filter)
  const found: FoundLog[] = []
  let bytes = 0
  for (let number = filter.from; number <= to; number++) {
    context.interrupt.check()
    const bloom = readHeader(context.reader, number)?.header.logsBloom
    if (bloom === undefined || !mayMatch(bloom, sought)) continue
    const view = readBlock(context.reader, number)
    if (view === undefined) continue
    bytes = collect(view, filter, found, bytes)
  }
  return found
}

/** Puts the matches of a block into `found` and returns the bytes of data in it. */
function collect(view: BlockView, filter: LogFilter, found: FoundLog[], before: number): number {
  let bytes = before
  for (const transaction of view.transactions) {
    for (const [index, log] of transaction.receipt.logs.entries()) {
      if (!matches(log, filter)) continue
      if (found.length >= filter.limit) {
        throw new Fault(
          { code: 'READ_TOO_MANY_LOGS', limit: filter.limit },
          'ask for fewer blocks or name more topics',
        )
      }
      bytes += log.data.length
      if (bytes > filter.byteLimit) {
        throw new Fault(
          { code: 'READ_LOGS_TOO_LARGE', bytes, limit: filter.byteLimit },
          'ask for fewer blocks or name more topics',
        )
      }
      found.push({
        ...log,
        blockNumber: view.header.number,
        blockHash: view.hash,
        timestamp: view.header.timestamp,
        transactionHash: transaction.hash,
        transactionIndex: transaction.index,
        logIndex: transaction.firstLog + index,
      })
    }
  }
  return bytes
}

/** What a bloom must hold: of each group one item, of an empty group anything. */
type BloomFilter = readonly (readonly BloomBits[])[]

function bloomFilter({ addresses, topics }: LogFilter): BloomFilter {
  return [addresses, ...topics].map((items) => items.map((item) => bitsOf(item)))
}

function mayMatch(bloom: Uint8Array, sought: BloomFilter): boolean {
  return sought.every((items) => items.length === 0 || items.some((bits) => mayHold(bloom, bits)))
}

function matches({ address, topics }: LogEntry, filter: LogFilter): boolean {
  if (filter.addresses.length > 0 && !filter.addresses.some((wanted) => equal(wanted, address))) {
    return false
  }
  if (filter.topics.length > topics.length) return false
  return filter.topics.every((wanted, index) => {
    const topic = topics[index]
    return wanted.length === 0 || (topic !== undefined && wanted.some((item) => equal(item, topic)))
  })
}
