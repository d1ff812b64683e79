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
  gatheredBytes: {
    value: 256 * 1024 * 1024,
    unit: 'bytes',
    why: 'of answers that are being made, those of all clients: beyond it no batch gets more than its share',
  },
  gatheredShare: {
    value: 1024 * 1024,
    unit: 'bytes',
    why: 'of one answer while those of all clients are too many: all connections together as much again',
  },
  callsUnderWay: {
    value: 4096,
    unit: 'calls',
    why: 'asynchronous calls of all clients: bounds what waits for the readers',
  },
  callsPerClient: {
    value: 512,
    unit: 'calls',
    why: 'the same, of one client beyond this machine: an eighth',
  },
  longCalls: {
    value: 4,
    unit: 'calls',
    why: 'with the readers at once, of those whose work the caller chooses; the others wait where their deadline drops them',
  },
  longCallsPerClient: {
    value: 2,
    unit: 'calls',
    why: 'the same, of one client: another one waits for two at most',
  },
  briefCallsTogether: {
    value: 32,
    unit: 'calls',
    why: 'of one client that count as one of the long calls: they cross to a reader together, and run there one after the other',
  },
  briefCallsGathered: {
    value: 16,
    unit: 'calls',
    why: 'of one client that wait to go together while others of its brief ones run: to cross threads costs as much as a call',
  },
  longCallsWaiting: {
    value: 128,
    unit: 'calls',
    why: 'for their turn with the readers, of one client beyond this machine: two batches',
  },
  largeAnswer: {
    value: 16 * 1024,
    unit: 'characters',
    why: 'of an answer that waits for a turn of the event loop when large ones filled this one',
  },
  renderCharacters: {
    value: 256 * 1024,
    unit: 'characters',
    why: 'of JSON that a large answer is written in at a stretch, in about 5 ms: then others get in',
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
  stallTime: {
    value: 20_000,
    unit: 'milliseconds',
    why: 'without taking anything of an answer over HTTP, after which a connection is cut',
  },
  yieldTime: {
    value: 2000,
    unit: 'milliseconds',
    why: 'the same, after which it gives way to a newcomer that finds all places taken',
  },
  pieceCharacters: {
    value: 64 * 1024,
    unit: 'characters',
    why: 'of an answer, written at once: a client that takes less than one in 20 s is not there',
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
  connectionsPerClient: {
    value: 64,
    unit: 'connections',
    why: 'of HTTP, of one client beyond this machine: the others need some',
  },
  connectionCheck: {
    value: 5000,
    unit: 'milliseconds',
    why: 'between two looks for requests that take too long to arrive',
  },
  rateUnits: {
    value: 500,
    unit: 'units per second',
    why: 'of one client beyond this machine: half a thousand small reads, or ten calls of eth_getLogs',
  },
  unitCharacters: {
    value: 16 * 1024,
    unit: 'characters',
    why: 'of a request that cost one unit to parse; who is in debt has no larger one parsed',
  },
  unitGas: {
    value: 50_000,
    unit: 'gas',
    why: 'of calls that cost one unit: a call of 50 million, a second of a reader, two seconds of a rate',
  },
  interruptedGas: {
    value: 50_000_000,
    unit: 'gas',
    why: 'at most charged for a call that was broken off: as much as one may take',
  },
  rateBurst: { value: 10, unit: 'seconds', why: 'of its rate that a client can save for later' },
  rateClients: {
    value: 16_384,
    unit: 'clients',
    why: 'whose rates are remembered: 2 MiB; who was not seen for longest begins anew',
  },
  tlsHandshakeTime: {
    value: 5000,
    unit: 'milliseconds',
    why: 'of a TLS handshake: who is silent holds a connection',
  },
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
  callAuthorizations: {
    value: 1024,
    unit: 'authorizations',
    why: 'in one call object, above what the gas of a transaction buys; Pars refuses all',
  },
  callBlobs: {
    value: 64,
    unit: 'blobs',
    why: 'in one call object, above what any block of Ethereum takes; Pars refuses all',
  },
  simulatedCalls: {
    value: 1000,
    unit: 'calls',
    why: 'in one block of eth_simulateV1: each has a result and a log of its own',
  },
  modelPage: {
    value: 50,
    unit: 'models on one page',
    why: 'each is read by two calls; a filter leaves less of a page, and does not look further',
  },
  claimPage: {
    value: 50,
    unit: 'claims, or challenges to one, on one page',
    why: 'each is read by a call; a filter leaves less of a page, and does not look further',
  },
  storageEntries: { value: 1024, unit: 'slots', why: 'answer of one debug_storageRangeAt' },
  otsPage: {
    value: 100,
    unit: 'transactions',
    why: 'on one page of Otterscan, which asks for 25; a search gives the rest of its last block, too',
  },
  storageValues: { value: 1024, unit: 'slots', why: 'in the answer of one eth_getStorageValues' },
  proofSlots: { value: 1024, unit: 'slots', why: 'each proof walks the trie' },
  accessListKeys: {
    value: 16_384,
    unit: 'keys',
    why: 'in one call object: more than the largest transaction carries',
  },
  builtTransactions: {
    value: 4096,
    unit: 'transactions',
    why: 'of one testing_buildBlockV1: more than a block of Pars has room for',
  },
  builtWithdrawals: {
    value: 16,
    unit: 'withdrawals',
    why: 'of one testing_buildBlockV1: as many as a payload of Ethereum has',
  },
  sockets: {
    value: 2048,
    unit: 'connections',
    why: 'by WebSocket, beside those of HTTP: a quiet one takes about 25 kB',
  },
  socketsPerClient: {
    value: 64,
    unit: 'connections',
    why: 'by WebSocket, of one client beyond this machine',
  },
  streams: { value: 128, unit: 'connections', why: 'to the socket of IPC' },
  socketCalls: {
    value: 32,
    unit: 'messages',
    why: 'of one connection under way; more are left unread until one is answered',
  },
  socketBytes: {
    value: 4 * 1024 * 1024,
    unit: 'bytes',
    why: 'on their way to one client: beyond it nothing more is read from it, and a notification ends the connection',
  },
  socketBytesInAll: {
    value: 256 * 1024 * 1024,
    unit: 'bytes',
    why: 'on their way to all clients of HTTP, WebSocket and IPC: beyond it who has most of them is cut off',
  },
  refusedMessages: {
    value: 32,
    unit: 'messages',
    why: 'of a WebSocket whose client has spent its rate, refused before nothing is read from it until that is paid',
  },
  pingTime: {
    value: 30_000,
    unit: 'milliseconds',
    why: 'between two pings of a WebSocket; who has neither answered the last one nor taken anything is cut off',
  },
  subscriptionsPerConnection: {
    value: 256,
    unit: 'subscriptions',
    why: 'each is written to at every event',
  },
  subscriptions: { value: 16_384, unit: 'subscriptions', why: 'of all connections' },
  subscriptionsPerClient: {
    value: 2048,
    unit: 'subscriptions',
    why: 'of one client beyond this machine: an eighth of all',
  },
  logChannels: {
    value: 1024,
    unit: 'filters',
    why: 'different ones that subscriptions to logs may have, each compared with logs of its addresses',
  },
  logChannelsPerClient: {
    value: 128,
    unit: 'filters',
    why: 'the same, of one client beyond this machine: an eighth of all',
  },
  heldNotifications: {
    value: 4096,
    unit: 'notifications',
    why: 'of a subscription whose answer is still being made',
  },
  feedReads: {
    value: 10,
    unit: 'tries',
    why: 'to read a block that subscribers are to be told of',
  },
  feedPause: { value: 200, unit: 'milliseconds', why: 'between those tries' },
  recentTransactions: {
    value: 8192,
    unit: 'transactions',
    why: 'that came into the pool, remembered for filters, and waiting for subscribers: at 2,000 a second, four seconds',
  },
  filters: { value: 8192, unit: 'filters', why: 'of all clients: each takes about 1 kB' },
  watchedWords: {
    value: 131_072,
    unit: 'addresses and topics',
    why: 'of all filters together, and as many of all subscriptions to logs: 20 MB',
  },
  watchedWordsPerClient: {
    value: 16_384,
    unit: 'addresses and topics',
    why: 'the same, of one client beyond this machine: an eighth of all',
  },
  unitWords: {
    value: 32,
    unit: 'addresses and topics',
    why: 'of a filter that cost one unit of its client’s rate',
  },
  filtersPerClient: {
    value: 1024,
    unit: 'filters',
    why: 'of one client, this machine counting as one',
  },
  filterTime: {
    value: 300_000,
    unit: 'milliseconds',
    why: 'that a filter is kept without being asked',
  },
  filterBlocks: {
    value: 1024,
    unit: 'blocks',
    why: 'that one answer of eth_getFilterChanges covers; the next goes on behind them',
  },
  receiptTime: {
    value: 15_000,
    unit: 'milliseconds',
    why: 'that eth_sendRawTransactionSync waits for a block: less than a call may take',
  },
  receiptDefaultTime: {
    value: 10_000,
    unit: 'milliseconds',
    why: 'the same, where the caller names none',
  },
} as const satisfies Limits

/** The limits that a server may be given lower (or higher) than their defaults. */
export type ServerLimit =
  | 'batchCalls'
  | 'batchWindow'
  | 'callTime'
  | 'callsPerClient'
  | 'callsUnderWay'
  | 'connections'
  | 'drainTime'
  | 'gatheredBytes'
  | 'gatheredShare'
  | 'longCalls'
  | 'receiveTime'
  | 'requestBytes'
  | 'requestDepth'
  | 'requestValues'
  | 'responseBytes'
  | 'pingTime'
  | 'socketBytes'
  | 'socketBytesInAll'
  | 'socketCalls'
  | 'sockets'
  | 'socketsPerClient'

export type ServerLimits = Readonly<Record<ServerLimit, number>>

export function serverLimits(chosen: Partial<ServerLimits> = {}): ServerLimits {
  return {
    batchCalls: chosen.batchCalls ?? limits.batchCalls.value,
    batchWindow: chosen.batchWindow ?? limits.batchWindow.value,
    callTime: chosen.callTime ?? limits.callTime.value,
    callsPerClient: chosen.callsPerClient ?? limits.callsPerClient.value,
    callsUnderWay: chosen.callsUnderWay ?? limits.callsUnderWay.value,
    connections: chosen.connections ?? limits.connections.value,
    drainTime: chosen.drainTime ?? limits.drainTime.value,
    gatheredBytes: chosen.gatheredBytes ?? limits.gatheredBytes.value,
    gatheredShare: chosen.gatheredShare ?? limits.gatheredShare.value,
    longCalls: chosen.longCalls ?? limits.longCalls.value,
    receiveTime: chosen.receiveTime ?? limits.receiveTime.value,
    requestBytes: chosen.requestBytes ?? limits.requestBytes.value,
    requestDepth: chosen.requestDepth ?? limits.requestDepth.value,
    requestValues: chosen.requestValues ?? limits.requestValues.value,
    responseBytes: chosen.responseBytes ?? limits.responseBytes.value,
    pingTime: chosen.pingTime ?? limits.pingTime.value,
    socketBytes: chosen.socketBytes ?? limits.socketBytes.value,
    socketBytesInAll: chosen.socketBytesInAll ?? limits.socketBytesInAll.value,
    socketCalls: chosen.socketCalls ?? limits.socketCalls.value,
    sockets: chosen.sockets ?? limits.sockets.value,
    socketsPerClient: chosen.socketsPerClient ?? limits.socketsPerClient.value,
  }
}
