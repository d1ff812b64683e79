import { decodeRlp, encodeRlp, Fault, isFault, type Rlp, toBigInt, trimmed, utf8 } from '#base'

import { limits } from '../limits.ts'

/** What two nodes tell each other before anything else. */
export interface Status {
  /** G, the hash of the genesis document: 32 bytes. */
  readonly networkId: Uint8Array
  readonly chainId: number
  /** The executed head. */
  readonly head: { readonly height: number; readonly hash: Uint8Array }
  readonly epoch: number
  /** Name and release of the program, `pars/0.1.0`: at most 64 characters, shown and never judged. */
  readonly client: string
  /** The protocols it speaks, each with its version. */
  readonly protocols: readonly string[]
}

const format = 1
const clientBytes = 64
const protocolBytes = 64

export function encodeStatus(status: Status): Uint8Array<ArrayBuffer> {
  const bytes = encodeRlp([
    trimmed(format),
    status.networkId,
    trimmed(status.chainId),
    trimmed(status.head.height),
    status.head.hash,
    trimmed(status.epoch),
    utf8(status.client),
    status.protocols.map((protocol) => utf8(protocol)),
  ])
  decodeStatus(bytes)
  return bytes
}

/** Throws `NETWORK_STATUS`, nothing else, whatever the bytes. */
export function decodeStatus(bytes: Uint8Array): Status {
  if (bytes.length > limits.statusBytes.value) throw invalid('too long')
  const fields = parse(bytes)
  if (fields instanceof Uint8Array || fields.length !== 8) throw invalid('fields')
  const [version, networkId, chainId, height, hash, epoch, client, protocols] = fields
  if (number(version) !== format) throw invalid('format')
  if (protocols instanceof Uint8Array || protocols === undefined) throw invalid('protocols')
  if (protocols.length > limits.statusProtocols.value) throw invalid('protocols')
  return {
    networkId: word(networkId),
    chainId: number(chainId),
    head: { height: number(height), hash: word(hash) },
    epoch: number(epoch),
    client: text(client, clientBytes),
    protocols: protocols.map((protocol) => text(protocol, protocolBytes)),
  }
}

function parse(bytes: Uint8Array): Rlp {
  try {
    return decodeRlp(bytes, 2)
  } catch (error) {
    if (!isFault(error)) throw error
    throw invalid('not RLP')
  }
}

function number(item: Rlp | undefined): number {
  if (!(item instanceof Uint8Array) || item.length > 7 || item[0] === 0) throw invalid('number')
  const value = Number(toBigInt(item))
  if (!Number.isSafeInteger(value)) throw invalid('number')
  return value
}

function word(item: Rlp | undefined): Uint8Array {
  if (!(item instanceof Uint8Array) || item.length !== 32) throw invalid('hash')
  return item.slice()
}

/** Printable ASCII: it reaches logs and terminals. */
function text(item: Rlp | undefined, most: number): string {
  if (!(item instanceof Uint8Array) || item.length > most) throw invalid('text')
  if (item.some((byte) => byte < 0x20 || byte > 0x7e)) throw invalid('text')
  return String.fromCharCode(...item)
}

function invalid(reason: string): Fault<{ code: 'NETWORK_STATUS'; reason: string }> {
  return new Fault({ code: 'NETWORK_STATUS', reason })
}
