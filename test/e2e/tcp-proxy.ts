/** Passes bytes on to a port of this machine and shows them to whoever looks. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** Sees one direction of one connection, chunk by chunk. */
export type Observer = (chunk: Uint8Array) => void

export class TcpProxy implements AsyncDisposable {
  readonly port: number
  readonly #server: Server
  readonly #sockets: Set<Socket>

  private constructor(server: Server, sockets: Set<Socket>) {
    this.port = (server.address() as AddressInfo).port
    this.#server = server
    this.#sockets = sockets
  }

  /**
   * @param observe Makes an observer for each direction of each connection.
   * @param delay Milliseconds that bytes take each way, once the connection stands.
   */
  static async to(port: number, observe: () => Observer, delay = 0): Promise<TcpProxy> {
    const sockets = new Set<Socket>()
    const server = createServer((near) => {
      const far = connect(port, '127.0.0.1')
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        const seen = observe()
        sockets.add(from)
        from.setNoDelay(true)
        from.on('data', seen)
        if (delay === 0) from.pipe(to)
        else passLater(from, to, delay)
        from.on('error', () => to.destroy())
        from.on('close', () => {
          sockets.delete(from)
          to.destroy()
        })
      }
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new TcpProxy(server, sockets)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

function passLater(from: Socket, to: Socket, delay: number): void {
  const later = (task: () => void): void => void setTimeout(task, delay).unref()
  from.on('data', (bytes) => later(() => to.write(bytes)))
  from.on('end', () => later(() => to.end()))
}
