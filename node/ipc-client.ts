import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'

import { Fault } from '#base'

import { limits } from './limits.ts'
import { type Answer, type RpcAsker, resultOf } from './rpc-client.ts'

interface Waiting {
  readonly method: string
  resolve(answer: Answer): void
  reject(error: unknown): void
}

/** Asks the node whose socket is at a path: as whoever may open the file. */
export class IpcClient implements RpcAsker {
  readonly #socket: Socket
  readonly #path: string
  readonly #waiting = new Map<number, Waiting>()
  #last = 0

  private constructor(socket: Socket, path: string) {
    this.#socket = socket
    this.#path = path
    // An answer is one line: JSON has no line feed of its own.
    createInterface({ input: socket, crlfDelay: Infinity }).on('line', (line) => this.#take(line))
    socket.on('close', () => this.#lose('closed'))
    socket.on('error', (error) => this.#lose((error as { code?: string }).code ?? String(error)))
  }

  /** Throws `NODE_UNREACHABLE`. */
  static open(path: string): Promise<IpcClient> {
    return new Promise((resolve, reject) => {
      const socket = connect(path)
      socket.once('error', (error) => {
        reject(unreachable(path, (error as { code?: string }).code ?? String(error)))
      })
      socket.once('connect', () => resolve(new IpcClient(socket, path)))
    })
  }

  async ask<Result>(method: string, ...params: unknown[]): Promise<Result> {
    const id = ++this.#last
    const answer = await new Promise<Answer>((resolve, reject) => {
      if (this.#socket.destroyed) {
        reject(unreachable(this.#path, 'closed'))
        return
      }
      this.#waiting.set(id, { method, resolve, reject })
      this.#socket.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`)
    })
    return resultOf(method, answer) as Result
  }

  close(): void {
    this.#socket.destroy()
  }

  #take(line: string): void {
    if (line.length > limits.answerBytes.value) {
      this.#socket.destroy()
      return
    }
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
