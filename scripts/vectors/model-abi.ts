/** The interfaces of the precompiles of models, as their Solidity has them, for viem to encode. */
import {
  type Abi,
  concat,
  encodeAbiParameters,
  encodeEventTopics,
  encodeFunctionData,
  type Hex,
  parseAbi,
} from 'viem'

import type { VectorLog } from '#precompiles'

/** What viem takes for arguments: numbers of up to 48 bits as numbers, longer ones as bigints. */
export type Arguments = readonly unknown[]

const functions: Abi = parseAbi([
  'function register(string name, bytes32 hash, uint64 size, uint64 runtime, uint8 kind, string licence, string metadata) returns (bytes32)',
  'function setTerms(bytes32 id, uint64 windowSeconds, uint64 windowBlocks, uint64 turnSeconds, uint64 turnBlocks, uint256 bond, bytes32 attesters, uint64 threshold)',
  'function putChunk(bytes32 id, uint64 index, bytes chunk)',
  'function finalize(bytes32 id)',
  'function deactivate(bytes32 id)',
  'function transfer(bytes32 id, address to)',
  'function model(bytes32 id) view returns (uint8, uint8, uint64, uint64, uint64, address, bytes32)',
  'function costOf(bytes32 id) view returns (uint64, uint64, uint64, uint64, uint64)',
  'function termsOf(bytes32 id) view returns (uint64, uint64, uint64, uint64, uint256, bytes32, uint64)',
  'function textsOf(bytes32 id) view returns (string, string, string)',
  'function versionsOf(address publisher, string name) view returns (uint64)',
  'function idOf(address publisher, string name, uint64 version) view returns (bytes32)',
  'function count() view returns (uint64)',
  'function list(uint64 start, uint64 most) view returns (bytes32[])',
  'function infer(bytes32 model, bytes input) view returns (bytes, uint8)',
  'function verify(bytes32 model, bytes input, bytes output, uint8 minimum, bytes proof) view returns (uint8)',
  'function verifyAttested(bytes32 model, bytes input, bytes output, bytes32 attesters, uint64 threshold, bytes proof) view returns (bool)',
  'function settledClaim(bytes32 model, bytes32 inputHash, bytes32 outputHash) view returns (bytes32)',
  'function attestationHash(bytes32 model, bytes input, bytes output) view returns (bytes32)',
  'function claim(bytes32 model, bytes input, bytes output, bytes32 traceTop, bytes binding) payable returns (bytes32)',
  'function settle(bytes32 id)',
  'function challenge(bytes32 id) payable returns (uint64)',
  'function reveal(bytes32 id, uint64 number, bytes32[] hashes)',
  'function choose(bytes32 id, uint64 number, bytes32[] hashes, uint64 place)',
  'function prove(bytes32 id, uint64 number, bytes openings) returns (bool)',
  'function timeout(bytes32 id, uint64 number)',
  'function withdraw(bytes32 id, uint64 number)',
  'function claimOf(bytes32 id) view returns (uint8, bytes32, address, uint256, bytes32, bytes32, bytes32, uint64, uint64, uint64, uint64)',
  'function challengeOf(bytes32 id, uint64 number) view returns (uint8, uint8, uint8, uint64, bytes32, address, uint256, uint64, uint64)',
])

const events: Abi = parseAbi([
  'event Registered(bytes32 indexed id, address indexed publisher, string name, uint64 version, bytes32 hash)',
  'event ChunkStored(bytes32 indexed id, uint64 index)',
  'event Finalized(bytes32 indexed id, uint64 macs, uint64 elements)',
  'event Deactivated(bytes32 indexed id)',
  'event Transferred(bytes32 indexed id, address indexed from, address indexed to)',
  'event Claimed(bytes32 indexed id, bytes32 indexed model, address indexed claimant, bytes32 traceTop, bytes input, bytes output)',
  'event Challenged(bytes32 indexed id, uint64 indexed number, address indexed challenger)',
  'event Revealed(bytes32 indexed id, uint64 indexed number, bytes32[] hashes)',
  'event Chosen(bytes32 indexed id, uint64 indexed number, uint64 level, uint64 index, bytes32 hash)',
  'event Decided(bytes32 indexed id, uint64 indexed number, bool refuted)',
  'event Settled(bytes32 indexed id)',
])

export function abiOf(name: string): Abi {
  return functions.filter((item) => item.type === 'function' && item.name === name)
}

export function encode(functionName: string, args: Arguments = []): Hex {
  return encodeFunctionData({ abi: abiOf(functionName), functionName, args })
}

/** @param args In the order of the declaration, indexed or not. */
export function event(eventName: string, args: Arguments): VectorLog {
  const declared = events.find((item) => item.type === 'event' && item.name === eventName)
  if (declared?.type !== 'event') throw new RangeError(eventName)
  const pairs = declared.inputs.map((input, place) => [input, args[place]] as const)
  const indexed = Object.fromEntries(
    pairs.flatMap(([input, value]) => (input.indexed === true ? [[input.name, value]] : [])),
  )
  const rest = pairs.filter(([input]) => input.indexed !== true)
  const topics = encodeEventTopics({ abi: events, eventName, args: indexed }) as Hex[]
  const data = encodeAbiParameters(
    rest.map(([input]) => input),
    rest.map(([, value]) => value),
  )
  return { topics, data: concat([data]) }
}
