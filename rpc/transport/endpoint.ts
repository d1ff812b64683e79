import type { Caller } from '../context.ts'
import type { Answer } from '../request.ts'

/** One path of a server. */
export interface Endpoint {
  readonly path: '/' | '/eth'
  /** Never throws or rejects. */
  answer(text: string, caller: Caller): Answer | Promise<Answer>
}
