/** JSON-RPC 2.0 over text: one request or a batch in, one answer out. Knows no transport. */
import { type Clock, isFault, type Log } from '#base'

import { Attempt, timedOut } from './attempt.ts'
import { isInternal, RpcFault, withoutData } from './errors.ts'
import type { Gate } from './gate.ts'
import { JsonText } from './json-text.ts'
import { parseJson } from './json.ts'
import type { ServerLimits } from './limits.ts'
import type { Context } from './method.ts'
import type { CallStatistics, Outcome } from './metrics/call-statistics.ts'
import type { Presence } from './presence.ts'
import type { Methods } from './registry.ts'
import {
  type Answer,
  checkRequest,
  failure,
  idOf,
  invalidRequest,
  methodOf,
  refusal,
  success,
} from './request.ts'
import { Semaphore } from './semaphore.ts'
import { Stretch } from './stretch.ts'
import { Visit } from './visit.ts'

export interface Dispatcher<In = Context> {
  /**
   * Never throws or rejects. `context` is what the calls of this request share, `presence` who waits
   * for them.
   */
  dispatch(text: string, context: In, presence?: Presence): Answer | Promise<Answer>
}

export interface DispatcherOptions<In = Context> {
  readonly registry: Methods<In>
  readonly clock: Clock
  readonly log: Log
  readonly limits: ServerLimits
  /** Errors carry no data but that of a revert. */
  readonly plainErrors?: boolean | undefined
  /** Lets everything in unless given. */
  readonly gate?: Gate<In>
  readonly statistics?: CallStatistics
}

export function createDispatcher<In = Context>(options: DispatcherOptions<In>): Dispatcher<In> {
  return new JsonRpcDispatcher(options)
}

/**
 * Answers by position. An attempt stands for one that is awaited; what comes after the deadline is
 * written where nobody looks any more.
 */
type Answers = (Answer | Attempt)[]

class JsonRpcDispatcher<In> implements Dispatcher<In> {
  readonly #options: DispatcherOptions<In>
  readonly #long: Semaphore
  readonly #stretch: Stretch
  #underWay = 0

  constructor(options: DispatcherOptions<In>) {
    this.#options = options
    this.#long = new Semaphore(options.limits.longCalls)
    this.#stretch = new Stretch(options.clock)
  }

  dispatch(text: string, context: In, presence?: Presence): Answer | Promise<Answer> {
    const { clock, limits } = this.#options
    let body: unknown
    try {
      body = parseJson(text, limits)
    } catch (error) {
      return failure('null', error)
    }
    const visit = new Visit(context, clock, limits.callTime, presence)
    return Array.isArray(body) ? this.#batch(body, visit) : this.#single(body, visit)
  }

  /** Without a promise where the method needs none. */
  #single(request: unknown, visit: Visit<In>): Answer | Promise<Answer> {
    const answers: Answers = []
    const work = this.#run(request, visit, answers, 0)
    return work === undefined
      ? answerOf(request, answers[0])
      : this.#wait(request, answers, work, visit)
  }

  async #wait(
    request: unknown,
    answers: Answers,
    work: Promise<void>,
    visit: Visit<In>,
  ): Promise<Answer> {
    await visit.within(work)
    visit.end()
    return answerOf(request, answers[0])
  }

  async #batch(requests: readonly unknown[], visit: Visit<In>): Promise<Answer> {
    const { batchCalls } = this.#options.limits
    if (requests.length === 0) return failure('null', invalidRequest('the batch is empty'))
    if (requests.length > batchCalls) return failure('null', batchTooLarge(batchCalls))
    const answers = await this.#runAll(requests, visit)
    visit.end()
    const texts = this.#cut(requests, answers)
    return texts.length === 0 ? undefined : `[${texts.join(',')}]`
  }

  async #runAll(requests: readonly unknown[], visit: Visit<In>): Promise<Answers> {
    const { batchWindow, responseBytes } = this.#options.limits
    const answers: Answers = []
    let running: Promise<void>[] = []
    let counted = 0
    let length = 0
    const settle = async (): Promise<void> => {
      await visit.within(Promise.all(running))
      running = []
      for (; counted < answers.length; counted++) length += lengthOf(answers[counted])
    }
    for (let index = 0; index < requests.length; index++) {
      const request = requests[index]
      const writes = this.#options.registry.writing.has(methodOf(request) ?? '')
      if (running.length > 0 && (writes || running.length >= batchWindow)) await settle()
      if (!visit.expired && this.#stretch.isOver) await visit.within(this.#stretch.rest())
      const unserved = visit.expired ? timedOut() : length > responseBytes ? tooLarge() : undefined
      if (unserved !== undefined) {
        answers[index] = this.#failure(request, unserved, this.#options.clock.now())
        continue
      }
      const work = this.#run(request, visit, answers, index)
      if (work !== undefined) running.push(work)
      else if (running.length === 0) length += lengthOf(answers[counted++])
      if (writes) await settle()
    }
    await settle()
    return answers
  }

  /** In the order of the requests, as many as fit into one response; errors for the others. */
  #cut(requests: readonly unknown[], answers: Answers): readonly string[] {
    let length = 0
    const texts: string[] = []
    for (const [index, request] of requests.entries()) {
      const answer = answerOf(request, answers[index])
      length += answer?.length ?? 0
      const fits = length <= this.#options.limits.responseBytes
      const text = fits ? answer : refusal(request, tooLarge())
      if (text !== undefined) texts.push(text)
    }
    return texts
  }

  /** Puts the answer into its place, at once (undefined) or when the promise resolves. */
  #run(
    request: unknown,
    visit: Visit<In>,
    answers: Answers,
    index: number,
  ): Promise<void> | undefined {
    const attempt = new Attempt(visit)
    answers[index] = attempt
    const began = this.#options.clock.now()
    try {
      const result = this.#call(request, visit, attempt)
      if (result instanceof Promise) {
        return place(answers, index, this.#settle(request, result, began))
      }
      answers[index] = this.#success(request, result, began)
    } catch (error) {
      answers[index] = this.#failure(request, error, began)
    }
    return undefined
  }

  /** A call that timed out still counts as under way until it ends: it may still take effect. */
  async #settle(request: unknown, result: Promise<unknown>, began: number): Promise<Answer> {
    this.#underWay++
    try {
      return this.#success(request, await result, began)
    } catch (error) {
      return this.#failure(request, error, began)
    } finally {
      this.#underWay--
    }
  }

  #call(request: unknown, visit: Visit<In>, attempt: Attempt): unknown {
    const { gate } = this.#options
    gate?.enter(visit.context)
    const { method: name, params } = checkRequest(request)
    const method = this.#options.registry.find(name)
    gate?.pass(name, method.cost, visit.context)
    if (this.#underWay >= this.#options.limits.callsUnderWay) throw busy()
    const work = () => method.call(params, visit.context, attempt)
    return method.long ? this.#inTurn(attempt, work) : work()
  }

  async #inTurn(attempt: Attempt, work: () => unknown): Promise<unknown> {
    await this.#long.acquire()
    try {
      attempt.check()
      return await work()
    } finally {
      this.#long.release()
    }
  }

  #success(request: unknown, result: unknown, began: number): Answer {
    const id = idOf(request)
    const text = id === undefined ? '' : textOf(result)
    if (text.length > this.#options.limits.responseBytes) throw tooLarge()
    this.#count(request, 'success', began)
    return id === undefined ? undefined : success(id, text)
  }

  #failure(request: unknown, error: unknown, began: number): Answer {
    if (isInternal(error)) {
      const method = methodOf(request)?.slice(0, 64)
      this.#options.log.error('rpc call failed', { method, error })
    }
    this.#count(request, outcomeOf(error), began)
    return refusal(request, this.#options.plainErrors === true ? withoutData(error) : error)
  }

  /** A call whose caller was told at the deadline counts when it ends, as what it came to. */
  #count(request: unknown, outcome: Outcome, began: number): void {
    const { statistics, clock } = this.#options
    statistics?.ended(methodOf(request), outcome, clock.now() - began)
  }
}

async function place(answers: Answers, index: number, answer: Promise<Answer>): Promise<void> {
  answers[index] = await answer
}

function textOf(result: unknown): string {
  return result instanceof JsonText ? result.text : JSON.stringify(result ?? null)
}

function outcomeOf(error: unknown): Outcome {
  if (isFault(error, 'RPC_RATE')) return 'limited'
  if (isFault(error, 'RPC_TIMEOUT', 'RPC_TIMEOUT_SENDING', 'READ_CANCELLED')) return 'late'
  return isInternal(error) ? 'failed' : 'refused'
}

function answerOf(request: unknown, answer: Answer | Attempt): Answer {
  return answer instanceof Attempt ? refusal(request, answer.timeout()) : answer
}

function lengthOf(answer: Answer | Attempt): number {
  return typeof answer === 'string' ? answer.length : 0
}

function batchTooLarge(most: number): RpcFault {
  return new RpcFault(
    { code: 'RPC_BATCH_TOO_LARGE', most },
    `batch too large: send at most ${most} calls at once`,
  )
}

function tooLarge(): RpcFault {
  return new RpcFault(
    { code: 'RPC_RESPONSE_TOO_LARGE' },
    'response too large: ask for less at once',
  )
}

function busy(): RpcFault {
  return new RpcFault({ code: 'RPC_BUSY' }, 'too many calls under way: ask again later')
}
