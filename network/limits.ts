import type { Limits } from '#base'

const KiB = 1024
const MiB = 1024 * KiB

/** What strangers can make a node hold or do. T1–T5 are those of PIP-0008 "Limits". */
export const limits = {
  staticPeers: {
    value: 256,
    unit: 'peers',
    why: 'that an operator names: connections to all of them are kept',
  },
  members: {
    value: 128,
    unit: 'peers',
    why: 'of a committee: connections to all of them are kept',
  },
  handshakeTimeout: {
    value: 5_000,
    unit: 'milliseconds',
    why: 'T1: from accept to a verified peer; a stalled handshake holds a place that long',
  },
  handshakes: { value: 32, unit: 'handshakes', why: 'T1: in flight; each may hold 155 KiB' },
  reservedHandshakes: {
    value: 16,
    unit: 'handshakes',
    why: 'T1: of these, kept for addresses of the committee and static peers',
  },
  acceptRate: {
    value: 50,
    unit: 'connections per second',
    why: 'T1: a ClientHello costs a millisecond before its sender is known',
  },
  acceptRatePerNetwork: {
    value: 10,
    unit: 'connections per second',
    why: 'T1: from one /24 or /48, where an attacker has all addresses at once',
  },
  acceptRatePerReserved: {
    value: 32,
    unit: 'connections per second',
    why: 'T1: from one address of the committee or of a static peer: 6 % of a core at most',
  },
  networks: { value: 4_096, unit: 'networks', why: 'whose accept rate is remembered' },
  connections: {
    value: 64,
    unit: 'connections',
    why: 'of peers that are neither of the committee nor static; each costs buffers and gossip',
  },
  trialConnections: {
    value: 8,
    unit: 'connections',
    why: 'of these, for who has not said yet who it is: a member may come from anywhere',
  },
  reservedConnections: {
    value: 64,
    unit: 'connections',
    why: 'of the committee and static peers, or two of each, whichever is more',
  },
  connectionsPerAddress: {
    value: 8,
    unit: 'connections',
    why: 'of strangers from one IP address; where reserved peers are, two more for each of them',
  },
  connectionBuffer: {
    value: 16 * MiB,
    unit: 'bytes',
    why: 'unsent to one peer over all streams; one that does not read is dropped',
  },
  statusTimeout: {
    value: 5_000,
    unit: 'milliseconds',
    why: 'T3: for the first message, both ways',
  },
  statusBytes: { value: 4 * KiB, unit: 'bytes', why: 'T3: of one status, the first thing parsed' },
  statusProtocols: { value: 32, unit: 'protocols', why: 'that a status may list' },
  heartbeat: {
    value: 10_000,
    unit: 'milliseconds',
    why: 'between two statuses; a peer that lets one time out is dropped',
  },
  streams: { value: 64, unit: 'streams', why: 'T5: open on one connection, inbound' },
  longStreams: {
    value: 2,
    unit: 'streams',
    why: 'of one protocol that keeps one open, and gossip: a new one before the old has ended',
  },
  waitingStreams: {
    value: 8,
    unit: 'streams',
    why: 'that wait for the status of a new connection',
  },
  streamWindow: {
    value: MiB,
    unit: 'bytes',
    why: 'T5: that a peer may send on one stream before it is read',
  },
  unread: { value: 4 * MiB, unit: 'bytes', why: 'T5: received from one peer and not yet handled' },
  unreadTotal: {
    value: 64 * MiB,
    unit: 'bytes',
    why: 'T5: received and not yet handled, all peers',
  },
  frame: {
    value: MiB,
    unit: 'bytes',
    why: 'of one frame: a DAG block of 512 KiB with its header and references fits twice',
  },
  pushQueue: {
    value: 8 * MiB,
    unit: 'bytes',
    why: 'queued to one peer and protocol; above it the sender is told to wait',
  },
  pushStall: {
    value: 15_000,
    unit: 'milliseconds',
    why: 'without one frame taken from a queue that is not empty, the peer is dropped',
  },
  requestBytes: { value: 64 * KiB, unit: 'bytes', why: 'of one request: hashes and ranges' },
  requestTimeout: { value: 10_000, unit: 'milliseconds', why: 'for a whole answer' },
  requests: { value: 8, unit: 'requests', why: 'of one peer answered at once, per protocol' },
  answerBytes: { value: 8 * MiB, unit: 'bytes', why: 'D12: of one answer; the rest by another' },
  servedRate: {
    value: 4 * MiB,
    unit: 'bytes per second',
    why: 'D12: answered to one peer, in bursts of one answer',
  },
  requestCost: {
    value: 128 * KiB,
    unit: 'bytes',
    why: 'that each question counts for at least, whatever the answer: finding it is work, too',
  },
  serveWait: {
    value: 2_000,
    unit: 'milliseconds',
    why: 'that an answer waits for its budget; beyond it the peer is busy',
  },
  strangersRate: {
    value: 16 * MiB,
    unit: 'bytes per second',
    why: 'answered to all that are neither of the committee nor static: their questions take a fifth of a core at most',
  },
  dagRate: {
    value: 4 * MiB,
    unit: 'bytes per second',
    why: 'T5: pushed by one peer of the committee: five blocks of 512 KiB with room',
  },
  transactionRate: {
    value: MiB,
    unit: 'bytes per second',
    why: 'T5: gossip from one peer; its forged signatures cost 5 % of a core',
  },
  syncRate: { value: 8 * MiB, unit: 'bytes per second', why: 'T5: answers from one peer' },
  budgets: {
    value: 1_024,
    unit: 'peers',
    why: 'whose rates are remembered; as many as the book holds',
  },
  burst: { value: 4, unit: 'seconds', why: 'of a rate that may arrive at once' },
  strike: {
    value: 67,
    unit: 'points',
    why: 'T5: for a stream closed over its budget; two within a half-life are a ban',
  },
  banScore: {
    value: 100,
    unit: 'points',
    why: 'from which a peer is banned; they halve with time',
  },
  ban: { value: 400, unit: 'points', why: 'for what only a peer that misbehaves does: 20 minutes' },
  banHalfLife: {
    value: 600_000,
    unit: 'milliseconds',
    why: 'bans end by themselves: a fault of software is repaired some day',
  },
  bans: { value: 16_384, unit: 'peers', why: 'remembered with a score; the lowest are forgotten' },
  book: { value: 1_024, unit: 'peers', why: 'remembered with their addresses' },
  bookPerSource: {
    value: 64,
    unit: 'peers',
    why: 'learnt from one peer and never yet reached, so that none fills the book',
  },
  addressesPerPeer: { value: 8, unit: 'addresses', why: 'remembered of one peer' },
  addressBytes: { value: 256, unit: 'bytes', why: 'of one address' },
  exchange: { value: 32, unit: 'peers', why: 'told in one answer' },
  dials: { value: 8, unit: 'dials', why: 'under way at once' },
  gossipStall: {
    value: 5_000,
    unit: 'milliseconds',
    why: 'without gossip streams both ways, a peer that speaks gossip is dropped',
  },
  redialBase: { value: 1_000, unit: 'milliseconds', why: 'before the second try; then doubled' },
  redialCap: { value: 300_000, unit: 'milliseconds', why: 'between two tries' },
  redialCapReserved: {
    value: 10_000,
    unit: 'milliseconds',
    why: 'between two tries of the committee and static peers: a healed network waits as long',
  },
  gossipMessage: {
    value: 131_072,
    unit: 'bytes',
    why: 'one for the whole protocol: a receiver with a smaller one goes deaf without a word',
  },
  gossipFrame: {
    value: MiB,
    unit: 'bytes',
    why: 'of one gossip RPC: several messages and control',
  },
  gossipBuffer: {
    value: 4 * MiB,
    unit: 'bytes',
    why: 'unsent gossip to one peer; above it the stream is gone and the watchdog drops the peer',
  },
  gossipMessages: {
    value: 512,
    unit: 'messages',
    why: 'in one gossip RPC, and control messages of a kind: fifty times what a tick collects',
  },
  gossipIds: {
    value: 5_000,
    unit: 'messages',
    why: 'that one gossip RPC offers or asks for: what gossipsub sends at most',
  },
  gossipSubscriptions: { value: 32, unit: 'topics', why: 'that one gossip RPC joins or leaves' },
  gossipTopicBytes: {
    value: 8 * KiB,
    unit: 'bytes',
    why: 'for the topics of one peer, with 1 KiB beside each name: seven',
  },
  validations: { value: 256, unit: 'messages', why: 'of gossip with the validator at once' },
} as const satisfies Limits
