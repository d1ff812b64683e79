/**
 * Requests and answers over a MessagePort: the one asynchronous seam between the main thread, the
 * engine thread and the readers. Arguments and results are structured clones; a Fault crosses with
 * its facts, any other error with its message.
 */
import { Fault } from '#base'

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
  readonly parameters: readonly unknown[]
}
type Answer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly failure: Failure }

type Failure =
  | { readonly facts: { readonly code: string }; readonly cure: string | undefined }
  | { readonly facts: undefined; readonly message: string }

/** A MessagePort or a Worker. */
export interface Port {
  postMessage(message: unknown): void
  on(event: 'message', listener: (message: unknown) => void): unknown
}

/** Answers the calls that arrive on `port`. */
export function expose(port: Port, handlers: Handlers): void {
  port.on('message', (message) => {
    void answer(handlers, message as Request).then((result) => send(port, result))
  })
}

/** What can't cross threads is a failure of its call, not of the thread. */
function send(port: Port, result: Answer): void {
  try {
    port.postMessage(result)
  } catch (error) {
    port.postMessage({ id: result.id, failure: describe(error) } satisfies Answer)
  }
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
  /** The thread died: ends every call under way, and all that come. */
  lost(error: Error): void
}

export function connect<Offered extends Handlers>(port: Port): Connection<Offered> {
  const waiting = new Map<
    number,
    { resolve: (result: unknown) => void; reject: (error: Error) => void }
  >()
  let last = 0
  let loss: Error | undefined
  port.on('message', (message) => {
    const reply = message as Answer
    const call = waiting.get(reply.id)
    if (call === undefined) return
    waiting.delete(reply.id)
    if ('result' in reply) call.resolve(reply.result)
    else call.reject(revive(reply.failure))
  })
  const remote = new Proxy({} as Remote<Offered>, {
    get:
      (_, name: string) =>
      (...parameters: unknown[]) =>
        new Promise((resolve, reject) => {
          if (loss !== undefined) {
            reject(loss)
            return
          }
          const id = ++last
          waiting.set(id, { resolve, reject })
          try {
            port.postMessage({ id, name, parameters } satisfies Request)
          } catch (error) {
            waiting.delete(id)
            reject(error instanceof Error ? error : new Error(String(error)))
          }
        }),
  })
  return {
    remote,
    get waiting() {
      return waiting.size
    },
    get isLost() {
      return loss !== undefined
    },
    lost(error) {
      loss ??= error
      for (const call of waiting.values()) call.reject(error)
      waiting.clear()
    },
  }
}

function revive(failure: Failure): Error {
  if (failure.facts === undefined) return new Error(failure.message)
  return new Fault(failure.facts, failure.cure)
}
