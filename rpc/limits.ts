import type { Limits } from '#base'

export const limits = {
  requestBytes: {
    value: 2 * 1024 * 1024,
    unit: 'bytes',
    why: 'one HTTP body: seven of the largest transactions, two hundred usual ones',
  },
  requestDepth: {
    value: 32,
    unit: 'levels',
    why: 'nesting of JSON: twice what any method takes; no recursion sees more',
  },
  requestValues: {
    value: 65_536,
    unit: 'values',
    why: 'JSON values in one body: parsing them holds the event loop',
  },
  batchCalls: { value: 1000, unit: 'calls', why: 'work that one request can ask for' },
  batchWindow: {
    value: 64,
    unit: 'calls',
    why: 'calls of one batch under way at once: fills the readers, leaves room for others',
  },
  batchStretch: {
    value: 5,
    unit: 'milliseconds',
    why: 'of answers without waiting, of the batches of all clients: then others get in',
  },
  responseBytes: {
    value: 32 * 1024 * 1024,
    unit: 'bytes',
    why: 'one answer, a whole batch included: a full block of 8 MiB doubles in hexadecimal',
  },
  callsUnderWay: {
    value: 4096,
    unit: 'calls',
    why: 'asynchronous calls of all clients: bounds what waits for the readers',
  },
  longCalls: {
    value: 4,
    unit: 'calls',
    why: 'with the readers at once, of those whose work the caller chooses; the others wait where their deadline drops them',
  },
  renderBytes: {
    value: 256 * 1024,
    unit: 'bytes',
    why: 'of transactions written as JSON at a stretch, in about 5 ms: then others get in',
  },
  callTime: {
    value: 20_000,
    unit: 'milliseconds',
    why: 'from the arrival of a request to its answer, a whole batch included',
  },
  receiveTime: {
    value: 30_000,
    unit: 'milliseconds',
    why: 'to send a whole request: a client that drips bytes holds a connection',
  },
  idleTime: { value: 65_000, unit: 'milliseconds', why: 'a kept connection without a request' },
  poolBytes: {
    value: 8 * 1024 * 1024,
    unit: 'bytes',
    why: 'of transactions in the answer of one txpool_content: as many as a full block',
  },
  drainTime: {
    value: 5000,
    unit: 'milliseconds',
    why: 'after close, until connections under way are cut',
  },
  connections: { value: 256, unit: 'connections', why: 'each may hold a body in memory' },
  headerBytes: { value: 16_384, unit: 'bytes', why: 'headers of one request' },
  proxyRequestBytes: {
    value: 2 * 1024 * 1024 - 16_384,
    unit: 'bytes',
    why: 'one HTTP body to a proxy: less than a node takes, as it may grow on the way',
  },
  proxyCalls: {
    value: 512,
    unit: 'calls',
    why: 'asynchronous calls of all clients of a proxy: bounds what waits for the node',
  },
  proxyTime: {
    value: 25_000,
    unit: 'milliseconds',
    why: 'from the arrival of a request at a proxy to its answer: a little longer than at the node',
  },
  upstreamRequests: {
    value: 16,
    unit: 'requests',
    why: 'of a proxy under way at its node: each may hold a whole answer in memory',
  },
  logResults: { value: 10_000, unit: 'logs', why: 'answer of one eth_getLogs' },
  logBytes: { value: 8 * 1024 * 1024, unit: 'bytes', why: 'data in the answer of one eth_getLogs' },
  filterAddresses: { value: 1000, unit: 'addresses', why: 'compared with every log' },
  filterTopics: { value: 1000, unit: 'topics', why: 'in one position, compared with every log' },
  proofSlots: { value: 1024, unit: 'slots', why: 'each proof walks the trie' },
  accessListKeys: {
    value: 16_384,
    unit: 'keys',
    why: 'in one call object: more than the largest transaction carries',
  },
  revertText: { value: 1024, unit: 'characters', why: 'of a revert reason, in an error message' },
} as const satisfies Limits

/** The limits that a server may be given lower (or higher) than their defaults. */
export type ServerLimit =
  | 'batchCalls'
  | 'batchWindow'
  | 'callTime'
  | 'callsUnderWay'
  | 'connections'
  | 'drainTime'
  | 'longCalls'
  | 'receiveTime'
  | 'requestBytes'
  | 'requestDepth'
  | 'requestValues'
  | 'responseBytes'

export type ServerLimits = Readonly<Record<ServerLimit, number>>

export function serverLimits(chosen: Partial<ServerLimits> = {}): ServerLimits {
  return {
    batchCalls: chosen.batchCalls ?? limits.batchCalls.value,
    batchWindow: chosen.batchWindow ?? limits.batchWindow.value,
    callTime: chosen.callTime ?? limits.callTime.value,
    callsUnderWay: chosen.callsUnderWay ?? limits.callsUnderWay.value,
    connections: chosen.connections ?? limits.connections.value,
    drainTime: chosen.drainTime ?? limits.drainTime.value,
    longCalls: chosen.longCalls ?? limits.longCalls.value,
    receiveTime: chosen.receiveTime ?? limits.receiveTime.value,
    requestBytes: chosen.requestBytes ?? limits.requestBytes.value,
    requestDepth: chosen.requestDepth ?? limits.requestDepth.value,
    requestValues: chosen.requestValues ?? limits.requestValues.value,
    responseBytes: chosen.responseBytes ?? limits.responseBytes.value,
  }
}
