import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

import { hdlc, type MediumFacts } from '#mesh'

import { type Endpoint, endpointText } from './endpoints.ts'
import { mediumFault } from './faults.ts'
import type { MediaPorts } from './ports.ts'
import { type Dialled, type Listen, StreamMedium } from './stream-medium.ts'

export interface Named {
  readonly name: string
  readonly facts: MediumFacts
  /** Whether the bits per second are those of a wire behind the system's own. */
  readonly isPaced: boolean
}

const keepAlive = 60_000

/** One neighbour at `host:port`. */
export function tcpMedium(
  { name, facts, isPaced, host, port }: Named & Endpoint,
  ports: MediaPorts,
): StreamMedium {
  const dialled: Dialled = {
    neighbour: endpointText(host, port),
    async open(signal) {
      const socket = connect({ host, port, noDelay: true, keepAlive: true })
      const abort = (): void => void socket.destroy()
      signal.addEventListener('abort', abort, { once: true })
      try {
        await once(socket, 'connect', { signal })
      } catch (error) {
        socket.destroy()
        throw error
      } finally {
        signal.removeEventListener('abort', abort)
      }
      return socket
    },
  }
  return new StreamMedium(
    { name, kind: 'tcp', facts, isPaced, framing: hdlc, dialled: [dialled] },
    ports,
  )
}

/** Those who connect to `host:port`; port 0 takes a free one. */
export function tcpListener(
  { name, facts, isPaced, host, port }: Named & Endpoint,
  ports: MediaPorts,
): StreamMedium {
  const listen: Listen = async (take) => {
    const server = createServer({ noDelay: true, keepAlive: true }, (socket: Socket) => {
      socket.setKeepAlive(true, keepAlive)
      const { remoteAddress = '', remotePort = 0 } = socket
      take(socket, endpointText(remoteAddress, remotePort), remoteAddress)
    })
    const listening = once(server, 'listening')
    server.listen(port, host)
    await listening.catch((error: Error) => {
      throw mediumFault(name, error.message, 'listen at another address or port')
    })
    const { port: bound } = server.address() as { port: number }
    ports.log.info('a medium listens', { medium: name, port: bound })
    return async () => {
      const closed = once(server, 'close')
      server.close()
      await closed
    }
  }
  return new StreamMedium({ name, kind: 'tcp', facts, isPaced, framing: hdlc, listen }, ports)
}
