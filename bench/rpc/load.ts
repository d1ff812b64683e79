/** Requests over connections that stay open, one after the other on each, written as bytes. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export interface Measured {
  readonly requestsPerSecond: number
  /** Milliseconds from a request to the end of its answer. */
  readonly p50: number
  readonly p99: number
}

interface Target {
  readonly url: string
  /** The body of each request. */
  readonly body: string
}

/** Throws when an answer is not 200, or when the first one holds an error. */
export async function measure(
  { url, body }: Target,
  { connections, seconds }: { readonly connections: number; readonly seconds: number },
): Promise<Measured> {
  const { hostname, port, pathname, host } = new URL(url)
  const head = [
    `POST ${pathname} HTTP/1.1`,
    `host: ${host}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
  ]
  const request = Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`)
  const open = Array.from({ length: connections }, async () => {
    const socket = connect(Number(port), hostname)
    socket.setNoDelay(true)
    await once(socket, 'connect')
    return new Client(socket, request)
  })
  const clients = await Promise.all(open)
  const started = performance.now()
  const end = started + seconds * 1000
  await Promise.all(clients.map((client) => client.run(end)))
  const lasted = (performance.now() - started) / 1000
  const times = clients.flatMap((client) => client.times).toSorted((a, b) => a - b)
  const at = (share: number): number => times[Math.floor(share * times.length)] ?? Number.NaN
  return { requestsPerSecond: times.length / lasted, p50: at(0.5), p99: at(0.99) }
}

class Client {
  readonly times: number[] = []
  readonly #socket: Socket
  readonly #request: Buffer
  #chunks: Buffer[] = []
  #received = 0
  /** Bytes of the answer under way, once its head is there. */
  #expected: number | undefined
  #sent = 0

  constructor(socket: Socket, request: Buffer) {
    this.#socket = socket
    this.#request = request
  }

  /** @param end By `performance.now()`. */
  run(end: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.on('error', reject)
      this.#socket.on('close', () => reject(new Error('the server closed a connection')))
      this.#socket.on('data', (chunk: Buffer) => {
        try {
          if (!this.#take(chunk)) return
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)))
          return
        }
        if (performance.now() < end) {
          this.#send()
          return
        }
        this.#socket.removeAllListeners('close')
        this.#socket.destroy()
        resolve()
      })
      this.#send()
    })
  }

  #send(): void {
    this.#sent = performance.now()
    this.#socket.write(this.#request)
  }

  /** Whether an answer is complete. */
  #take(chunk: Buffer): boolean {
    this.#chunks.push(chunk)
    this.#received += chunk.length
    this.#expected ??= this.#lengthOfAnswer()
    if (this.#expected === undefined || this.#received < this.#expected) return false
    if (this.times.length === 0) this.#look()
    this.times.push(performance.now() - this.#sent)
    this.#chunks = []
    this.#received = 0
    this.#expected = undefined
    return true
  }

  #lengthOfAnswer(): number | undefined {
    const text = Buffer.concat(this.#chunks).toString('latin1')
    const head = text.indexOf('\r\n\r\n')
    if (head < 0) return undefined
    if (!text.startsWith('HTTP/1.1 200')) throw new Error(text)
    const length = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, head))?.[1]
    if (length === undefined) throw new Error(`no length: ${text.slice(0, head)}`)
    return head + 4 + Number(length)
  }

  #look(): void {
    const text = Buffer.concat(this.#chunks).toString()
    if (text.includes('"error"')) throw new Error(text.slice(text.indexOf('\r\n\r\n')))
  }
}
