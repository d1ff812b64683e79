import { stripVTControlCharacters } from 'node:util'

import { Fault, type Hex, isFault } from '#base'

import { limits } from './limits.ts'

export type RpcCall = readonly [method: string, ...params: unknown[]]

const loopback = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/** Whatever leads to a node. */
export interface RpcAsker {
  /** Throws `NODE_UNREACHABLE`, and `NODE_REFUSED` for an error that the node answers with. */
  ask<Result>(method: string, ...params: unknown[]): Promise<Result>
}

/** Throws `NODE_REFUSED`. */
export function resultOf(method: string, answer: Answer | undefined): unknown {
  if (answer !== undefined && 'result' in answer) return answer.result
  throw refused(method, answer?.error ?? {})
}

/** Asks one node over JSON-RPC, on loopback: beyond it a plain connection could be read and changed. */
export class RpcClient implements RpcAsker {
  readonly #url: string

  /** Throws `NODE_RPC_URL`. */
  constructor(url: string) {
    const parsed = URL.parse(url)
    if (parsed?.protocol !== 'http:' || !loopback.test(parsed.hostname)) {
      throw new Fault(
        { code: 'NODE_RPC_URL', url: withoutCredentials(url) },
        'give http:// and a loopback address; a tunnel (ssh -L) leads to a node elsewhere',
      )
    }
    if (parsed.username !== '' || parsed.password !== '') {
      throw new Fault(
        { code: 'NODE_RPC_URL', url: withoutCredentials(url) },
        'a token belongs to a proxy, and this command signs by itself: name the node',
      )
    }
    this.#url = url
  }

  /** Throws `NODE_UNREACHABLE`, and `NODE_REFUSED` for an error that the node answers with. */
  async ask<Result>(method: string, ...params: unknown[]): Promise<Result> {
    const [result] = await this.askAll([method, ...params])
    return result as Result
  }

  /** The results of one batch, in the order of the calls. Throws as `ask`. */
  async askAll(...calls: readonly RpcCall[]): Promise<readonly unknown[]> {
    const answers = await this.answers(calls)
    return calls.map(([method], index) => resultOf(method, answers[index]))
  }

  /** What the node answers to each call of one batch, errors too. Throws `NODE_UNREACHABLE`. */
  async answers(calls: readonly RpcCall[]): Promise<readonly (Answer | undefined)[]> {
    const body = calls.map(([method, ...params], id) => ({ jsonrpc: '2.0', id, method, params }))
    const answers = await this.#post(JSON.stringify(body))
    const byId = new Map(answers.map((answer) => [answer.id, answer]))
    return calls.map((_, id) => byId.get(id))
  }

  /**
   * The time of the machine that answers: milliseconds since 1970, cut to the second; undefined when it
   * does not say. Throws `NODE_UNREACHABLE`.
   */
  async date(): Promise<number | undefined> {
    try {
      const response = await this.#request('[]')
      await response.body?.cancel()
      const date = Date.parse(response.headers.get('date') ?? '')
      return Number.isNaN(date) ? undefined : date
    } catch (error) {
      throw this.#unreachable(error)
    }
  }

  #request(body: string): Promise<Response> {
    return fetch(this.#url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(limits.answerTime.value),
    })
  }

  async #post(body: string): Promise<readonly Answer[]> {
    try {
      const text = await textOf(await this.#request(body))
      const answers: unknown = JSON.parse(text)
      if (Array.isArray(answers) && answers.every(isAnswer)) return answers
      throw new TypeError(`not a Pars node: ${printable(text)}`)
    } catch (error) {
      throw this.#unreachable(error)
    }
  }

  #unreachable(error: unknown): Fault {
    const cause = (error as { cause?: { code?: string } }).cause?.code
    return new Fault(
      { code: 'NODE_UNREACHABLE', url: this.#url, reason: cause ?? String(error) },
      'start a node, or name its address with --rpc',
    )
  }
}

/** What stands before the last @ of the authority: an error shows no token, whatever else is wrong. */
function withoutCredentials(url: string): string {
  return url.replace(/^([^/?#]*\/\/)?[^/?#]*@/, '$1')
}

export interface Answer {
  readonly id: unknown
  readonly result?: unknown
  readonly error?: RpcError
}

interface RpcError {
  readonly message?: unknown
  readonly data?: unknown
}

function isAnswer(value: unknown): value is Answer {
  return typeof value === 'object' && value !== null && ('result' in value || 'error' in value)
}

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > limits.answerBytes.value) throw new RangeError('the answer is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** What the node called the refusal, and its own words: they hold the cure. */
function refused(method: string, error: RpcError): Fault {
  const { message, data } = error
  const refusal = (data as { readonly code?: unknown } | null | undefined)?.code
  return new Fault(
    {
      code: 'NODE_REFUSED',
      method,
      ...(typeof refusal === 'string' ? { refusal: printable(refusal) } : {}),
      ...(isHex(data) && data !== '0x' ? { data: printable(data) } : {}),
    },
    printable(typeof message === 'string' ? message : 'the node gave no reason'),
    { cause: error },
  )
}

/** Whether the node has nothing of what it was sent: it said no, and not that time was over meanwhile. */
export function isRefused(error: unknown): boolean {
  if (!isFault(error, 'NODE_REFUSED')) return false
  return !('refusal' in error.facts) || error.facts.refusal !== 'RPC_TIMEOUT_SENDING'
}

function isHex(value: unknown): value is Hex {
  return typeof value === 'string' && /^0x(?:[0-9a-f]{2})*$/.test(value)
}

/** A stranger's text, fit for a terminal. */
function printable(text: string): string {
  const plain = stripVTControlCharacters(text.slice(0, limits.answerText.value))
  return plain.replaceAll(/\p{Cc}+/gu, ' ')
}

/** A quantity of the node's answer. Throws `NODE_ANSWER`. */
export function quantityIn(value: unknown): bigint {
  if (typeof value === 'string' && /^0x[0-9a-f]{1,64}$/.test(value)) return BigInt(value)
  throw notAnswered(value)
}

/** Bytes of the node's answer, `size` of them where it is given. Throws `NODE_ANSWER`. */
export function bytesIn(value: unknown, size?: number): Uint8Array {
  if (isHex(value)) {
    const bytes = Uint8Array.fromHex(value.slice(2))
    if (size === undefined || bytes.length === size) return bytes
  }
  throw notAnswered(value)
}

/** An object of the node's answer. Throws `NODE_ANSWER`. */
export function fieldsIn(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>
  }
  throw notAnswered(value)
}

/** Throws `NODE_ANSWER`. */
export function listIn(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw notAnswered(value)
}

/** A stranger's words, fit for a terminal. Throws `NODE_ANSWER`. */
export function textIn(value: unknown): string {
  if (typeof value === 'string') return printable(value)
  throw notAnswered(value)
}

/** One of `words`. Throws `NODE_ANSWER`. */
export function wordIn<Word extends string>(value: unknown, words: readonly Word[]): Word {
  const word = words.find((one) => one === value)
  if (word !== undefined) return word
  throw notAnswered(value)
}

/** A number that counts something. Throws `NODE_ANSWER`. */
export function countIn(value: unknown): number {
  if (Number.isSafeInteger(value) && Number(value) >= 0) return Number(value)
  throw notAnswered(value)
}

/** A number of what can be divided. Throws `NODE_ANSWER`. */
export function amountIn(value: unknown): number {
  if (typeof value === 'number' && value >= 0) return value
  throw notAnswered(value)
}

/** Throws `NODE_ANSWER`. */
export function flagIn(value: unknown): boolean {
  if (typeof value === 'boolean') return value
  throw notAnswered(value)
}

function notAnswered(value: unknown): Fault {
  return new Fault(
    { code: 'NODE_ANSWER', found: printable(JSON.stringify(value ?? null)).slice(0, 80) },
    'the node does not answer as a Pars node does: name another with --rpc',
  )
}
