import { connect, type Socket } from 'node:net'

import { type Clock, Fault } from '#base'

import { systemClock } from './clock.ts'
import { limits } from './limits.ts'
import { type Answer, type RpcAsker, resultOf } from './rpc-client.ts'

const lineFeed = 0x0a

interface Waiting {
  resolve(answer: Answer): void
  reject(error: unknown): void
}

/** Asks the node whose socket is at a path: as whoever may open the file. */
export class IpcClient implements RpcAsker {
  readonly #socket: Socket
  readonly #path: string
  readonly #clock: Clock
  readonly #waiting = new Map<number, Waiting>()
  /** Of the line that has not ended. */
  #pieces: Buffer[] = []
  #bytes = 0
  #last = 0

  private constructor(socket: Socket, path: string, clock: Clock) {
    this.#socket = socket
    this.#path = path
    this.#clock = clock
    socket.on('data', (data: Buffer) => this.#read(data))
    socket.on('close', () => this.#lose('closed'))
    socket.on('error', (error) => this.#lose((error as { code?: string }).code ?? String(error)))
  }

  /** Throws `NODE_UNREACHABLE`. */
  static open(path: string, clock: Clock = systemClock): Promise<IpcClient> {
    return new Promise((resolve, reject) => {
      const socket = connect(path)
      socket.once('error', (error) => {
        reject(unreachable(path, (error as { code?: string }).code ?? String(error)))
      })
      socket.once('connect', () => resolve(new IpcClient(socket, path, clock)))
    })
  }

  async ask<Result>(method: string, ...params: unknown[]): Promise<Result> {
    const id = ++this.#last
    const answer = await new Promise<Answer>((resolve, reject) => {
      if (this.#socket.destroyed) {
        reject(unreachable(this.#path, 'closed'))
        return
      }
      const deadline = this.#clock.after(limits.answerTime.value, () => {
        this.#waiting.delete(id)
        reject(unreachable(this.#path, 'timeout'))
      })
      const end = (): void => deadline.cancel()
      this.#waiting.set(id, {
        resolve: (given) => {
          end()
          resolve(given)
        },
        reject: (error) => {
          end()
          reject(error)
        },
      })
      this.#socket.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`)
    })
    return resultOf(method, answer) as Result
  }

  close(): void {
    this.#socket.destroy()
  }

  /** An answer is one line: JSON has no line feed of its own. */
  #read(data: Buffer): void {
    let from = 0
    for (let end = data.indexOf(lineFeed); end >= 0; end = data.indexOf(lineFeed, from)) {
      const line = this.#held(data.subarray(from, end))
      if (line === undefined) return
      this.#pieces = []
      this.#bytes = 0
      from = end + 1
      this.#take(Buffer.concat(line).toString())
    }
    this.#held(data.subarray(from))
  }

  /** The line so far; undefined when it is too long, which ends the connection. */
  #held(piece: Buffer): readonly Buffer[] | undefined {
    this.#bytes += piece.length
    this.#pieces.push(piece)
    if (this.#bytes <= limits.answerBytes.value) return this.#pieces
    this.#pieces = []
    this.#socket.destroy()
    return undefined
  }

  #take(line: string): void {
    let answer: Answer
    try {
      answer = JSON.parse(line) as Answer
    } catch {
      this.#socket.destroy()
      return
    }
    // What belongs to no question is a notification.
    const { id } = answer
    const call = typeof id === 'number' ? this.#waiting.get(id) : undefined
    if (call === undefined) return
    this.#waiting.delete(id as number)
    call.resolve(answer)
  }

  #lose(reason: string): void {
    const lost = unreachable(this.#path, reason)
    for (const call of this.#waiting.values()) call.reject(lost)
    this.#waiting.clear()
  }
}

function unreachable(path: string, reason: string): Fault {
  return new Fault(
    { code: 'NODE_UNREACHABLE', url: path, reason },
    'start a node, or name its socket (pars.ipc of its data folder) or its URL',
  )
}
