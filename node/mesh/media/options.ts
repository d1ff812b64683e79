import { z } from 'zod'

import { framedBytes, loraBitsPerSecond, type MediumFacts, rnodeCellBytes } from '#mesh'

import { endpointOf } from './endpoints.ts'

/** Numbers and switches may be text, as lines of configuration have them. */
const number = z.coerce.number()
const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')])
const port = number.int().min(0).max(65_535)

const endpoint = z.string().transform((text, context) => {
  const found = endpointOf(text)
  if (found !== undefined) return found
  context.addIssue(`${text} is no host:port`)
  return z.NEVER
})

/** What is known of a medium beside what it is. */
const facts = {
  name: z.string().min(1).max(64).optional(),
  /** Bytes of a cell. */
  mtu: number.int().min(219).max(65_535).optional(),
  /** Bits per second. */
  bps: number.min(1).max(1e12).optional(),
  /** Milliseconds, one way. */
  latency: number.min(0).max(86_400_000).optional(),
  halfDuplex: flag.optional(),
  broadcast: flag.optional(),
  dutyCycle: number.gt(0).max(1).optional(),
  mode: z.enum(['full', 'access-point', 'roaming', 'boundary', 'gateway']).optional(),
}

const line = {
  path: z.string().min(1),
  baud: number.int().min(300).max(4_000_000).default(115_200),
}

export const mediumOptions = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('tcp'), host: z.string(), port: port.min(1), ...facts }),
  z.strictObject({ kind: z.literal('tcp-listen'), host: z.string(), port, ...facts }),
  z.strictObject({
    kind: z.literal('udp'),
    peers: z.array(endpoint).max(64).default([]),
    listen: endpoint.optional(),
    ...facts,
  }),
  z.strictObject({
    kind: z.literal('lan'),
    interface: z.string().min(1).optional(),
    family: number.pipe(z.union([z.literal(4), z.literal(6)])).default(4),
    port: port.min(1).default(6134),
    ...facts,
  }),
  z.strictObject({ kind: z.literal('pipe'), command: z.string().min(1), ...facts }),
  z.strictObject({ kind: z.literal('drop'), folder: z.string().min(1), ...facts }),
  z.strictObject({ kind: z.literal('serial'), ...line, ...facts }),
  z.strictObject({
    kind: z.literal('kiss'),
    ...line,
    /** Bytes of the modem's longest frame, where that is less than a cell. */
    frame: number.int().min(111).max(65_535).optional(),
    ...facts,
  }),
  z.strictObject({
    kind: z.literal('rnode'),
    ...line,
    /** Hz, Hz, 7..12, 5..8, dBm. */
    frequency: number.int().min(100_000_000).max(3_000_000_000),
    bandwidth: number.int().min(7_800).max(1_625_000).default(125_000),
    spreadingFactor: number.int().min(7).max(12).default(8),
    codingRate: number.int().min(5).max(8).default(5),
    transmitPower: number.int().min(0).max(37).default(7),
    ...facts,
  }),
  z.strictObject({
    kind: z.literal('libp2p'),
    peers: z.array(z.string().min(1)).max(64).default([]),
    ...facts,
  }),
])

export type MediumOptions = z.output<typeof mediumOptions>
/** As a table of a configuration file has it. */
export type MediumRecord = z.input<typeof mediumOptions>

const common = { isHalfDuplex: false, isBroadcast: false, mode: 'full' } as const
/** Fits into one frame of every local network, with its headers, also through a tunnel. */
const datagram = 1_200
/** As RNodes carry it: media between which cells are handed on do best with the same. */
const radioCell = rnodeCellBytes

/** What a medium is taken for where nothing else is said. */
function defaults(options: MediumOptions): MediumFacts {
  switch (options.kind) {
    case 'udp':
      return { ...common, mtu: datagram, bitsPerSecond: 10_000_000, latency: 50 }
    case 'lan':
      return { ...common, mtu: datagram, bitsPerSecond: 100_000_000, latency: 1 }
    case 'pipe':
      return { ...common, mtu: 65_535, bitsPerSecond: 1_000_000, latency: 100 }
    case 'drop':
      return {
        ...common,
        mtu: 65_535,
        bitsPerSecond: 10_000_000,
        latency: 2_000,
        isBroadcast: true,
      }
    case 'serial':
      return { ...common, mtu: radioCell, bitsPerSecond: options.baud * 0.8, latency: 20 }
    case 'kiss': {
      const mtu = Math.min(radioCell, framedBytes(options.frame ?? radioCell))
      const radio = { isHalfDuplex: true, isBroadcast: true }
      return { ...common, ...radio, mtu, bitsPerSecond: 1_200, latency: 300 }
    }
    case 'rnode': {
      const radio = { isHalfDuplex: true, isBroadcast: true }
      const bitsPerSecond = loraBitsPerSecond(options)
      return { ...common, ...radio, mtu: radioCell, bitsPerSecond, latency: 100 }
    }
    case 'tcp':
    case 'tcp-listen':
    case 'libp2p':
    default:
      return { ...common, mtu: 65_535, bitsPerSecond: 10_000_000, latency: 50 }
  }
}

export function factsOf(options: MediumOptions): MediumFacts {
  const given = defaults(options)
  return {
    mtu: options.mtu ?? given.mtu,
    bitsPerSecond: options.bps ?? given.bitsPerSecond,
    latency: options.latency ?? given.latency,
    isHalfDuplex: options.halfDuplex ?? given.isHalfDuplex,
    isBroadcast: options.broadcast ?? given.isBroadcast,
    dutyCycle: options.dutyCycle,
    mode: options.mode ?? given.mode,
  }
}
