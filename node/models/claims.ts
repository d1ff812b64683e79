/** Claims about answers of models, 0x0305, over JSON-RPC. */
import { concat, Fault, fixed, hex, type Hex, quantity, utf8 } from '#base'
import { keccak256, sha3_256 } from '#crypto'
import { type Challenge, type Claim, type Moment, readChallenge, readClaim } from '#precompiles'

import { bytesIn, fieldsIn, listIn, quantityIn, type RpcAsker } from '../rpc-client.ts'
import { Answer } from './answer.ts'
import { contracts, stateOf } from './contracts.ts'
import { unknownId } from './faults.ts'

/** Throws `MODEL_UNKNOWN`. */
export async function claimOf(rpc: RpcAsker, id: Hex): Promise<Claim> {
  return (await readClaim(stateOf(rpc), id)) ?? unknownId('claim', id)
}

export function challengeOf(rpc: RpcAsker, id: Hex, number: number): Promise<Challenge> {
  return readChallenge(stateOf(rpc), id, number)
}

/** The claim's input and output, whole, out of the block that it was made in. */
export async function answerClaimed(
  rpc: RpcAsker,
  { id, since, inputHash, outputHash }: Claim,
): Promise<{ readonly input: Uint8Array; readonly output: Uint8Array }> {
  const topics = [topicOf('Claimed(bytes32,bytes32,address,bytes32,bytes,bytes)'), id]
  for (const data of await logsAt(rpc, since.height, topics)) {
    const [input, output] = [data.bytes(1), data.bytes(2)]
    const isIt = hex(sha3_256(input)) === inputHash && hex(sha3_256(output)) === outputHash
    if (isIt) return { input, output }
  }
  throw lost('Claimed', since.height)
}

/** What the claimant revealed last, out of the block that made it the challenger's turn. */
export async function hashesRevealed(
  rpc: RpcAsker,
  id: Hex,
  { number, since, hash }: Challenge,
): Promise<readonly Uint8Array[]> {
  const topics = [topicOf('Revealed(bytes32,uint64,bytes32[])'), id, hex(fixed(number, 32))]
  for (const data of await logsAt(rpc, since.height, topics)) {
    const hashes = data.words(0)
    if (hex(sha3_256(concat(...hashes))) === hash) return hashes
  }
  throw lost('Revealed', since.height)
}

/** The id of the claim that a transaction made. */
export async function claimMadeBy(rpc: RpcAsker, transaction: Hex): Promise<Hex> {
  const { logs } = fieldsIn(await rpc.ask('eth_getTransactionReceipt', transaction))
  return hex(indexedIn(logs, topicOf('Claimed(bytes32,bytes32,address,bytes32,bytes,bytes)'), 1))
}

/** The number of the challenge that a transaction made. */
export async function challengeMadeBy(rpc: RpcAsker, transaction: Hex): Promise<number> {
  const { logs } = fieldsIn(await rpc.ask('eth_getTransactionReceipt', transaction))
  const topic = indexedIn(logs, topicOf('Challenged(bytes32,uint64,address)'), 2)
  return new Answer(topic).count(0)
}

/**
 * Of the next block: a network without transactions makes none, and its last one may be old.
 *
 * @param clock Seconds since 1970 that the next block's time is not before.
 */
export async function nextMoment(rpc: RpcAsker, clock: bigint): Promise<Moment> {
  const { number, timestamp } = fieldsIn(await rpc.ask('eth_getBlockByNumber', 'latest', false))
  const last = quantityIn(timestamp)
  return { height: quantityIn(number) + 1n, timestamp: clock > last ? clock : last }
}

async function logsAt(
  rpc: RpcAsker,
  height: bigint,
  topics: readonly string[],
): Promise<readonly Answer[]> {
  const [fromBlock, toBlock] = [quantity(height), quantity(height)]
  const filter = { fromBlock, toBlock, address: contracts.claims, topics }
  const logs = listIn(await rpc.ask('eth_getLogs', filter))
  return logs.map((log) => new Answer(bytesIn(fieldsIn(log)['data'])))
}

function indexedIn(logs: unknown, topic: Hex, place: number): Uint8Array {
  for (const log of listIn(logs)) {
    const topics = listIn(fieldsIn(log)['topics'])
    if (topics[0] === topic) return bytesIn(topics[place], 32)
  }
  throw lost('of the receipt')
}

function topicOf(signature: string): Hex {
  return hex(keccak256(utf8(signature)))
}

function lost(event: string, block?: bigint): Fault {
  return new Fault(
    { code: 'MODEL_LOG', event, ...(block === undefined ? {} : { block }) },
    'the node does not show what the claim rests on: name one that keeps logs with --rpc',
  )
}
