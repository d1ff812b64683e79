/** JSON-RPC 2.0 over text: one request or a batch in, one answer out. Knows no transport. */
import { type Clock, isFault, type Log } from '#base'

import { Attempt, timedOut } from './attempt.ts'
import { isInternal, RpcFault, withoutData } from './errors.ts'
import type { Gate } from './gate.ts'
import { Gathering } from './gathering.ts'
import { JsonText } from './json-text.ts'
import { parseJson } from './json.ts'
import { limits as fixed, type ServerLimits } from './limits.ts'
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
import { type Entrance, Semaphore } from './semaphore.ts'
import { Shares } from './shares.ts'
import { Stretch } from './stretch.ts'
import { Turns } from './turns.ts'
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

interface Pending<In> {
  readonly request: unknown
  readonly result: Promise<unknown>
  readonly began: number
  readonly visit: Visit<In>
}

class JsonRpcDispatcher<In> implements Dispatcher<In> {
  readonly #options: DispatcherOptions<In>
  readonly #gathering: Gathering
  readonly #long: Semaphore
  readonly #stretch: Stretch
  readonly #turns: Turns
  readonly #underWay = new Shares()

  constructor(options: DispatcherOptions<In>) {
    this.#options = options
    this.#gathering = new Gathering(options.limits)
    this.#long = new Semaphore(options.limits.longCalls, {
      permitsPerClient: fixed.longCallsPerClient.value,
      together: fixed.briefCallsTogether.value,
      gathered: fixed.briefCallsGathered.value,
      soon: options.clock.soon,
    })
    this.#stretch = new Stretch(options.clock)
    this.#turns = new Turns(options.clock)
  }

  dispatch(text: string, context: In, presence?: Presence): Answer | Promise<Answer> {
    const { clock, limits } = this.#options
    const debt = this.#arrive(text, context)
    if (debt !== undefined && text.length > fixed.unitCharacters.value) return this.#refused(debt)
    let body: unknown
    try {
      body = parseJson(text, limits)
    } catch (error) {
      return debt === undefined ? failure('null', error) : this.#refused(debt)
    }
    const gathering = this.#gathering
    const visit = new Visit(context, { clock, gathering, time: limits.callTime }, presence)
    visit.hasEntered = debt === undefined
    return Array.isArray(body) ? this.#batch(body, visit) : this.#single(body, visit)
  }

  /** Why nothing is done for who sent `text`, if so. */
  #arrive(text: string, context: In): unknown {
    try {
      this.#options.gate?.arrive(text.length, context)
      return undefined
    } catch (error) {
      return error
    }
  }

  /** A request that nobody reads. */
  #refused(error: unknown): Answer {
    this.#options.statistics?.turnedAway()
    return failure('null', error)
  }

  /** Without a promise where the method needs none. */
  #single(request: unknown, visit: Visit<In>): Answer | Promise<Answer> {
    const answers: Answers = []
    const work = this.#run(request, visit, answers, 0)
    if (work !== undefined) return this.#wait(request, answers, work, visit)
    visit.end()
    return answerOf(request, answers[0])
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
    const { batchWindow } = this.#options.limits
    const answers: Answers = []
    let running: Promise<void>[] = []
    const wait = async (work: Promise<unknown>): Promise<void> => {
      await visit.within(work)
      visit.look()
    }
    const settle = async (): Promise<void> => {
      await wait(Promise.all(running))
      running = []
    }
    for (let index = 0; index < requests.length; index++) {
      const request = requests[index]
      const writes = this.#options.registry.writing.has(methodOf(request) ?? '')
      if (running.length > 0 && (writes || running.length >= batchWindow)) await settle()
      if (!visit.expired && this.#stretch.isOverAt(visit.now)) await wait(this.#stretch.rest())
      const unserved = visit.expired ? timedOut() : visit.isFull ? tooLarge() : undefined
      if (unserved !== undefined) {
        answers[index] = this.#failure(request, unserved, visit.now, visit)
        continue
      }
      const work = this.#run(request, visit, answers, index)
      if (work !== undefined) running.push(work)
      if (writes) await settle()
    }
    if (running.length > 0) await settle()
    return answers
  }

  /** In the order of the requests, as many as fit into one response; errors for the others. */
  #cut(requests: readonly unknown[], answers: Answers): readonly string[] {
    let length = 0
    const texts: string[] = []
    for (let index = 0; index < requests.length; index++) {
      const request = requests[index]
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
    const began = visit.now
    try {
      const result = this.#call(request, visit, attempt)
      if (result instanceof Promise) {
        visit.look()
        return this.#settle({ request, result, began, visit }, answers, index)
      }
      answers[index] = this.#success(request, result, began, visit)
    } catch (error) {
      answers[index] = this.#failure(request, error, began, visit)
    }
    return undefined
  }

  /** A call that timed out still counts as under way until it ends: it may still take effect. */
  async #settle(
    { request, result: pending, began, visit }: Pending<In>,
    answers: Answers,
    index: number,
  ): Promise<void> {
    const stranger = this.#options.gate?.stranger(visit.context)
    this.#underWay.add(stranger)
    try {
      const result = await pending
      if (sizeOf(result) >= fixed.largeAnswer.value) {
        // Without a wait where there is room: between look and write nobody else may look.
        if (this.#turns.isOver) await this.#turns.next()
        this.#checkRoom(visit)
      }
      answers[index] = this.#success(request, result, began, visit)
    } catch (error) {
      answers[index] = this.#failure(request, error, began, visit)
    } finally {
      this.#underWay.remove(stranger)
    }
  }

  /** Nothing large is written for who is gone, or has enough. */
  #checkRoom(visit: Visit<In>): void {
    if (visit.expired) throw timedOut()
    if (visit.isFull) throw tooLarge()
  }

  #call(request: unknown, visit: Visit<In>, attempt: Attempt): unknown {
    const { gate } = this.#options
    if (visit.hasEntered) visit.hasEntered = false
    else gate?.enter(visit.context)
    const { method: name, params } = checkRequest(request)
    const method = this.#options.registry.find(name)
    gate?.pass(name, method.cost, visit.context)
    const stranger = gate?.stranger(visit.context)
    this.#checkShare(stranger, method.long)
    const work = () => method.call(params, visit.context, attempt)
    if (!method.long) return work()
    return this.#inTurn({ client: stranger, isBrief: method.brief }, () => {
      attempt.check()
      if (visit.isFull) throw tooLarge()
      return work()
    })
  }

  /** Throws `RPC_BUSY`. */
  #checkShare(stranger: string | undefined, isLong: boolean): void {
    const { callsUnderWay, callsPerClient } = this.#options.limits
    if (this.#underWay.size >= callsUnderWay) throw busy()
    if (stranger === undefined) return
    if (this.#underWay.of(stranger) >= callsPerClient) throw busy()
    if (isLong && this.#long.waiting(stranger) >= fixed.longCallsWaiting.value) throw busy()
  }

  async #inTurn(entrance: Entrance, work: () => unknown): Promise<unknown> {
    const leave = await this.#long.acquire(entrance)
    try {
      return await work()
    } finally {
      leave()
    }
  }

  #success(request: unknown, result: unknown, began: number, visit: Visit<In>): Answer {
    const id = idOf(request)
    const text = id === undefined ? '' : textOf(result)
    this.#turns.wrote(text.length)
    if (text.length > this.#options.limits.responseBytes) throw tooLarge()
    visit.wrote(text.length)
    if (visit.isFull) throw tooLarge()
    this.#count(request, 'success', began, visit)
    return id === undefined ? undefined : success(id, text)
  }

  #failure(request: unknown, error: unknown, began: number, visit: Visit<In>): Answer {
    if (isInternal(error)) {
      const method = methodOf(request)?.slice(0, 64)
      this.#options.log.error('rpc call failed', { method, error })
    }
    this.#count(request, outcomeOf(error, visit), began, visit)
    const answer = refusal(request, this.#options.plainErrors === true ? withoutData(error) : error)
    visit.wrote(answer?.length ?? 0)
    const isLarge = (answer?.length ?? 0) >= fixed.largeAnswer.value
    return isLarge && visit.isFull ? refusal(request, tooLarge()) : answer
  }

  /** A call whose caller was told at the deadline counts when it ends, as what it came to. */
  #count(request: unknown, outcome: Outcome, began: number, visit: Visit<In>): void {
    const time = visit.look() - began
    this.#options.statistics?.ended(methodOf(request), outcome, time)
  }
}

/** How much there is to write, where that is known before. */
function sizeOf(result: unknown): number {
  if (result instanceof JsonText) return result.text.length
  return typeof result === 'string' ? result.length : 0
}

function textOf(result: unknown): string {
  return result instanceof JsonText ? result.text : JSON.stringify(result ?? null)
}

function outcomeOf(error: unknown, { isLate }: Pick<Visit<unknown>, 'isLate'>): Outcome {
  if (isFault(error, 'RPC_RATE')) return 'limited'
  if (
    isFault(error, 'RPC_TIMEOUT', 'RPC_TIMEOUT_SENDING', 'RPC_TIMEOUT_SIMULATION', 'READ_CANCELLED')
  ) {
    return isLate ? 'late' : 'left'
  }
  return isInternal(error) ? 'failed' : 'refused'
}

function answerOf(request: unknown, answer: Answer | Attempt): Answer {
  return answer instanceof Attempt ? refusal(request, answer.timeout()) : answer
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
