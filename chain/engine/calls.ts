/**
 * Requests and answers over a MessagePort: the one asynchronous seam between the main thread, the
 * engine thread and the readers. Arguments and results are structured clones; a Fault crosses with
 * its facts, any other error with its message.
 */
import { Fault } from '#base'

import { Outgoing, type Port } from './outgoing.ts'
import { pack, unpack } from './packing.ts'

type Handler = (...parameters: never[]) => unknown
export type Handlers = Readonly<Record<string, Handler>>

/** What `expose` offers, as the other side calls it. */
type Remote<Offered extends Handlers> = {
  readonly [Name in keyof Offered]: (
    ...parameters: Parameters<Offered[Name]>
  ) => Promise<Awaited<ReturnType<Offered[Name]>>>
}

interface Request {
  readonly id: number
  readonly name: string
  /** Packed where there is a line. */
  readonly parameters: readonly unknown[]
  /** Those of one line run one after the other; what they come to is packed. */
  readonly line: string | undefined
}
type Answer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly packed: unknown }
  | { readonly id: number; readonly failure: Failure }

type Failure =
  | { readonly facts: { readonly code: string }; readonly cure: string | undefined }
  | { readonly facts: undefined; readonly message: string }

/**
 * Answers the calls that arrive on `port`.
 *
 * @param pause Asked after each call of a line: resolves when the line may go on.
 */
export function expose(
  port: Port,
  handlers: Handlers,
  pause: () => Promise<void> | undefined = () => undefined,
): void {
  const answers = new Outgoing<Answer>(port, ({ id }, error) =>
    port.postMessage([{ id, failure: describe(error) } satisfies Answer]),
  )
  const lines = new Map<string, Request[]>()
  const run = async (line: string, waiting: Request[]): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      answers.add(await answerPacked(handlers, next))
      const paused = pause()
      if (paused === undefined) continue
      answers.flush()
      // oxlint-disable-next-line no-await-in-loop -- others have their turn
      await paused
    }
    lines.delete(line)
    answers.flush()
  }
  port.on('message', (message) => {
    for (const request of message as readonly Request[]) {
      const { line } = request
      const waiting = line === undefined ? undefined : lines.get(line)
      if (line === undefined) void answer(handlers, request).then((one) => answers.send(one))
      else if (waiting !== undefined) waiting.push(request)
      else {
        const first = [request]
        lines.set(line, first)
        void run(line, first)
      }
    }
  })
}

async function answer(handlers: Handlers, { id, name, parameters }: Request): Promise<Answer> {
  try {
    const handler = handlers[name] as ((...all: readonly unknown[]) => unknown) | undefined
    if (handler === undefined) throw new TypeError(`no such call: ${name}`)
    return { id, result: await handler(...parameters) }
  } catch (error) {
    return { id, failure: describe(error) }
  }
}

async function answerPacked(handlers: Handlers, request: Request): Promise<Answer> {
  const parameters = request.parameters.map(unpack)
  const found = await answer(handlers, { ...request, parameters })
  return 'result' in found ? { id: found.id, packed: pack(found.result) } : found
}

function describe(error: unknown): Failure {
  if (error instanceof Fault) return { facts: { ...error.facts }, cure: error.cure }
  return {
    facts: undefined,
    message: error instanceof Error ? (error.stack ?? error.message) : String(error),
  }
}

/** The calling side. */
export interface Connection<Offered extends Handlers> {
  readonly remote: Remote<Offered>
  /** Calls that wait for an answer. */
  readonly waiting: number
  readonly isLost: boolean
  /** @param line Its calls run one after the other; at once with all others unless given. */
  call(name: string, parameters: readonly unknown[], line?: string): Promise<unknown>
  /** The thread died: ends every call under way, and all that come. */
  lost(error: Error): void
}

interface Waiting {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

export function connect<Offered extends Handlers>(port: Port): Connection<Offered> {
  const waiting = new Map<number, Waiting>()
  let last = 0
  let loss: Error | undefined
  const take = (id: number): Waiting | undefined => {
    const call = waiting.get(id)
    waiting.delete(id)
    return call
  }
  const requests = new Outgoing<Request>(port, ({ id }, error) =>
    take(id)?.reject(error instanceof Error ? error : new Error(String(error))),
  )
  port.on('message', (message) => {
    // Lines of a log come the same way.
    if (!Array.isArray(message)) return
    for (const reply of message as readonly Answer[]) {
      const call = take(reply.id)
      if ('result' in reply) call?.resolve(reply.result)
      else if ('packed' in reply) call?.resolve(unpack(reply.packed))
      else call?.reject(revive(reply.failure))
    }
  })
  const call = (name: string, parameters: readonly unknown[], line?: string): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (loss !== undefined) {
        reject(loss)
        return
      }
      const id = ++last
      waiting.set(id, { resolve, reject })
      const crossing = line === undefined ? parameters : parameters.map(pack)
      requests.send({ id, name, parameters: crossing, line })
    })
  const remote = new Proxy({} as Remote<Offered>, {
    get:
      (_, name: string) =>
      (...parameters: unknown[]) =>
        call(name, parameters),
  })
  return {
    remote,
    call,
    get waiting() {
      return waiting.size
    },
    get isLost() {
      return loss !== undefined
    },
    lost(error) {
      loss ??= error
      for (const one of waiting.values()) one.reject(error)
      waiting.clear()
    },
  }
}

function revive(failure: Failure): Error {
  if (failure.facts === undefined) return new Error(failure.message)
  return new Fault(failure.facts, failure.cure)
}
