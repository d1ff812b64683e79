import { masked, type Medium } from '#mesh'

import { DropMedium } from './drop.ts'
import { endpointOf, endpointText } from './endpoints.ts'
import { mediumFault } from './faults.ts'
import { LanMedium } from './lan.ts'
import { libp2pMedium } from './libp2p.ts'
import { factsOf, type MediumOptions, mediumOptions, type MediumRecord } from './options.ts'
import { pipeMedium } from './pipe.ts'
import type { MediaPorts } from './ports.ts'
import { kissMedium, rnodeMedium, serialMedium } from './serial-media.ts'
import { tcpListener, tcpMedium } from './tcp.ts'
import { UdpMedium } from './udp.ts'

/**
 * A medium as one line of configuration has it, or a table of a file. Options of all of them stand
 * behind a `?`: name, mtu, bps, latency, halfDuplex, broadcast, dutyCycle, mode.
 *
 * - `tcp://host:port`, `tcp-listen://host:port`
 * - `udp://host:port,host:port?listen=host:port`
 * - `lan://`, `lan://eth0?family=6&port=6134`
 * - `pipe:command`: options in a table alone, as a command may have a `?`
 * - `drop:folder`
 * - `serial:/dev/ttyUSB0?baud=115200`, `kiss:/dev/ttyUSB0?frame=255`
 * - `rnode:/dev/ttyUSB0?frequency=868100000&bandwidth=125000&spreadingFactor=8&codingRate=5`
 * - `libp2p://peer,peer`
 *
 * It is not started yet. Throws `MESH_MEDIUM` for what is none of these.
 */
export function openMedium(described: string | MediumRecord, ports: MediaPorts): Medium {
  const record = typeof described === 'string' ? recordOf(described) : described
  const shown = typeof described === 'string' ? described : String(record['kind'])
  const parsed = mediumOptions.safeParse(record)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const where = issue?.path.join('.') ?? ''
    const reason = `${where === '' ? '' : `${where}: `}${issue?.message ?? ''}`
    throw mediumFault(shown.slice(0, 200), reason, 'see docs for what each medium takes')
  }
  const medium = make(parsed.data, ports)
  return ports.network === undefined ? medium : masked(medium, ports.network)
}

function make(options: MediumOptions, ports: MediaPorts): Medium {
  const isPaced = options.bps !== undefined || 'baud' in options
  const named = { name: options.name ?? nameOf(options), facts: factsOf(options), isPaced }
  switch (options.kind) {
    case 'tcp':
      return tcpMedium({ ...options, ...named }, ports)
    case 'tcp-listen':
      return tcpListener({ ...options, ...named }, ports)
    case 'udp': {
      const listen = options.listen ?? { host: anyFor(options.peers), port: 0 }
      return new UdpMedium({ ...named, peers: options.peers, listen }, ports)
    }
    case 'lan':
      return new LanMedium({ ...options, ...named }, ports)
    case 'pipe':
      return pipeMedium({ ...options, ...named }, ports)
    case 'drop':
      return new DropMedium({ ...options, ...named }, ports)
    case 'serial':
      return serialMedium({ ...options, ...named }, ports)
    case 'kiss':
      return kissMedium({ ...options, ...named }, ports)
    case 'rnode': {
      const { frequency, bandwidth, spreadingFactor, codingRate, transmitPower } = options
      const radio = { frequency, bandwidth, spreadingFactor, codingRate, transmitPower }
      return rnodeMedium({ ...options, ...named, radio }, ports)
    }
    case 'libp2p':
    default:
      return libp2pMedium({ ...options, ...named }, ports)
  }
}

function anyFor(peers: readonly { readonly host: string }[]): string {
  return peers.some(({ host }) => host.includes(':')) ? '::' : '0.0.0.0'
}

function nameOf(options: MediumOptions): string {
  switch (options.kind) {
    case 'tcp':
    case 'tcp-listen':
      return `${options.kind}://${endpointText(options.host, options.port)}`
    case 'udp': {
      const all = [...options.peers, ...(options.listen ? [options.listen] : [])]
      return `udp://${all.map(({ host, port }) => endpointText(host, port)).join(',')}`
    }
    case 'lan':
      return `lan://${options.interface ?? ''}`
    case 'pipe':
      return `pipe:${options.command}`.slice(0, 64)
    case 'drop':
      return `drop:${options.folder}`
    case 'serial':
    case 'kiss':
    case 'rnode':
      return `${options.kind}:${options.path}`
    case 'libp2p':
    default:
      return 'libp2p://'
  }
}

type Loose = Readonly<Record<string, unknown>>

function recordOf(text: string): Loose {
  const [, kind = '', slashes = '', rest = ''] = /^([a-z0-9-]+):(\/\/)?(.*)$/s.exec(text) ?? []
  if (kind === 'pipe') return { kind, command: `${slashes}${rest}` }
  const [place, query] = split(rest, '?')
  const given: Record<string, unknown> = {}
  for (const [key, value] of new URLSearchParams(query)) given[key] = value
  return { ...given, kind, ...placed(kind, `${slashes}${place}`, place) }
}

function split(text: string, mark: string): readonly [string, string] {
  const at = text.indexOf(mark)
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

/** What stands between the kind and the options. */
function placed(kind: string, path: string, place: string): Loose {
  switch (kind) {
    case 'tcp':
    case 'tcp-listen': {
      const endpoint = endpointOf(place)
      return endpoint === undefined ? { host: place } : { ...endpoint }
    }
    case 'udp':
    case 'libp2p':
      return place === '' ? {} : { peers: place.split(',') }
    case 'lan':
      return place === '' ? {} : { interface: place }
    case 'drop':
      return { folder: path }
    case 'serial':
    case 'kiss':
    case 'rnode':
      return { path }
    default:
      return {}
  }
}
