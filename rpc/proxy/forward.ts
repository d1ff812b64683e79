import { AnsweredError, RpcFault } from '../errors.ts'
import type { Semaphore } from '../semaphore.ts'
import { isErrorObject, type Upstream, type UpstreamAnswer, type UpstreamCall } from './upstream.ts'

interface Waiting {
  readonly call: UpstreamCall
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
}

/** Hands calls to one path of the node. Those that come together, as a batch does, travel together. */
export class Forwarder {
  readonly #upstream: Upstream
  readonly #path: '/' | '/eth'
  readonly #requests: Semaphore
  #waiting: Waiting[] = []

  /** @param requests How many requests may be under way, shared by all paths. */
  constructor(upstream: Upstream, path: '/' | '/eth', requests: Semaphore) {
    this.#upstream = upstream
    this.#path = path
    this.#requests = requests
  }

  /** The result. Rejects with the node's error as it is, or with a Fault when there is no answer. */
  forward(method: string, params: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ call: { method, params }, resolve, reject })
      if (this.#waiting.length === 1) queueMicrotask(() => void this.#flush())
    })
  }

  async #flush(): Promise<void> {
    const batch = this.#waiting
    this.#waiting = []
    const leave = await this.#requests.acquire()
    try {
      const calls = batch.map(({ call }) => call)
      const answers = await this.#upstream.answers(this.#path, calls)
      for (const [index, one] of batch.entries()) settle(one, answers[index])
    } catch (error) {
      for (const { reject } of batch) reject(error)
    } finally {
      leave()
    }
  }
}

function settle({ resolve, reject }: Waiting, answer: UpstreamAnswer | undefined): void {
  if (isErrorObject(answer?.error)) reject(new AnsweredError(answer.error))
  else if (answer !== undefined && 'result' in answer) resolve(answer.result)
  else reject(noAnswer())
}

function noAnswer(): RpcFault {
  return new RpcFault(
    { code: 'RPC_UPSTREAM_ANSWER' },
    'the node does not answer as JSON-RPC asks: name another with --rpc',
  )
}
