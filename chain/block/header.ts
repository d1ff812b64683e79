/**
 * Block headers as Ethereum's RLP list, whatever the fork: later forks append fields.
 *
 * @see Ethereum Yellow Paper §4.4.4; EIP-1559, 4895, 4844, 4788, 7685
 */
import { encodeRlp, Fault, fixed, type Rlp, toBigInt, trimmed } from '#base'
import { keccak256 } from '#crypto'

import type { Header } from '../port.ts'

type Kind = 'bytes' | 'number'

const fields: readonly (readonly [name: keyof Header, kind: Kind])[] = [
  ['parentHash', 'bytes'],
  ['ommersHash', 'bytes'],
  ['beneficiary', 'bytes'],
  ['stateRoot', 'bytes'],
  ['transactionsRoot', 'bytes'],
  ['receiptsRoot', 'bytes'],
  ['logsBloom', 'bytes'],
  ['difficulty', 'number'],
  ['number', 'number'],
  ['gasLimit', 'number'],
  ['gasUsed', 'number'],
  ['timestamp', 'number'],
  ['extraData', 'bytes'],
  ['prevRandao', 'bytes'],
  ['nonce', 'bytes'],
  ['baseFeePerGas', 'number'],
  ['withdrawalsRoot', 'bytes'],
  ['blobGasUsed', 'number'],
  ['excessBlobGas', 'number'],
  ['parentBeaconBlockRoot', 'bytes'],
  ['requestsHash', 'bytes'],
]

const required = 15

function headerFields(header: Header): Uint8Array[] {
  const list: Uint8Array[] = []
  for (const [name] of fields) {
    const value = header[name]
    if (value === undefined) break
    list.push(typeof value === 'bigint' ? trimmed(value) : value)
  }
  return list
}

export function encodeHeader(header: Header): Uint8Array<ArrayBuffer> {
  return encodeRlp(headerFields(header))
}

export function headerHash(header: Header): Uint8Array {
  return keccak256(encodeHeader(header))
}

/** Throws `BLOCK_INVALID`. */
export function headerFromRlp(list: Rlp): Header {
  if (list instanceof Uint8Array || list.length < required || list.length > fields.length) {
    throw new Fault({ code: 'BLOCK_INVALID', reason: 'header' })
  }
  const header: Record<string, Uint8Array | bigint> = {}
  for (const [index, item] of list.entries()) {
    const field = fields[index]
    if (field === undefined || !(item instanceof Uint8Array)) {
      throw new Fault({ code: 'BLOCK_INVALID', reason: 'header' })
    }
    header[field[0]] = field[1] === 'number' ? toBigInt(item) : item
  }
  return header as unknown as Header
}

export const zeroNonce = fixed(0, 8)
/** keccak256(rlp([])). */
export const emptyOmmersHash = keccak256(encodeRlp([]))
