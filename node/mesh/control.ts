import type { Socket } from 'node:net'

import { z } from 'zod'

import { isFault, type Log, plainFacts } from '#base'

import { limits } from '../limits.ts'

/** What its user may ask of a node of the mesh. */
export interface ControlMethod {
  /** @param params As they came. Throws a `ZodError` or a `Fault`. */
  run(params: unknown): Promise<unknown>
}

export function controlMethod<Params>(
  schema: z.ZodType<Params>,
  run: (params: Params) => unknown,
): ControlMethod {
  return { run: async (params) => run(schema.parse(params)) }
}

const request = z.object({
  jsonrpc: z.literal('2.0'),
  id: z.union([z.number(), z.string()]),
  method: z.string(),
  params: z.unknown(),
})

/** @see JSON-RPC 2.0 §5.1 */
const errors = {
  parse: -32_700,
  request: -32_600,
  method: -32_601,
  params: -32_602,
  internal: -32_603,
  fault: -32_000,
}

/** JSON-RPC, a line for each question and answer, over the socket of the user who runs the node. */
export class Control {
  readonly #methods: Readonly<Record<string, ControlMethod>>
  readonly #log: Log
  readonly #sockets = new Set<Socket>()
  #isStopped = false

  constructor(methods: Readonly<Record<string, ControlMethod>>, log: Log) {
    this.#methods = methods
    this.#log = log
  }

  /** Ends every connection, also those that are idle and those that come later. */
  stop(): void {
    this.#isStopped = true
    for (const socket of this.#sockets) socket.destroy()
  }

  attach(socket: Socket): void {
    if (this.#isStopped) {
      socket.destroy()
      return
    }
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    this.#read(socket)
  }

  #read(socket: Socket): void {
    let pieces: string[] = []
    let size = 0
    socket.setEncoding('utf8')
    socket.on('error', () => socket.destroy())
    socket.on('end', () => socket.end())
    socket.on('data', (data: string) => {
      const lines = data.split('\n')
      for (const [index, line] of lines.entries()) {
        size += line.length
        if (size > limits.meshControl.value) {
          socket.destroy()
          return
        }
        pieces.push(line)
        if (index === lines.length - 1) break
        void this.#answer(pieces.join(''), socket)
        pieces = []
        size = 0
      }
    })
  }

  async #answer(line: string, socket: Socket): Promise<void> {
    const answer = await this.#resultOf(line)
    if (!socket.destroyed) socket.write(`${JSON.stringify({ jsonrpc: '2.0', ...answer })}\n`)
  }

  async #resultOf(line: string): Promise<object> {
    let parsed: unknown
    try {
      parsed = JSON.parse(line)
    } catch {
      return { id: null, error: { code: errors.parse, message: 'this is no JSON' } }
    }
    const question = request.safeParse(parsed)
    if (!question.success) {
      return { id: null, error: { code: errors.request, message: 'this is no request' } }
    }
    const { id, method, params } = question.data
    const known = Object.hasOwn(this.#methods, method) ? this.#methods[method] : undefined
    if (known === undefined) {
      return { id, error: { code: errors.method, message: `there is no method ${method}` } }
    }
    try {
      return { id, result: (await known.run(params)) ?? null }
    } catch (error) {
      return { id, error: this.#errorOf(method, error) }
    }
  }

  #errorOf(method: string, error: unknown): object {
    if (isFault(error)) {
      return { code: errors.fault, message: error.message, data: plainFacts(error.facts) }
    }
    if (error instanceof z.ZodError) {
      return { code: errors.params, message: z.prettifyError(error) }
    }
    this.#log.error('question failed', { method, reason: String(error) })
    return { code: errors.internal, message: 'the node failed at it, and its log says how' }
  }
}
