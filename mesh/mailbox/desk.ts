import type { Clock } from '#base'

import { malformed } from '../faults.ts'
import { limits } from '../limits.ts'
import { kindNumbers, objectId } from '../objects/kinds.ts'
import { dayAt } from './box.ts'
import type { Mailboxes } from './mailboxes.ts'
import { decodeMail, encodeMail, type MailMessage } from './messages.ts'
import { Pace } from './pace.ts'
import { PrekeyShelf } from './shelf.ts'

/** Where a relay answers those who leave and take mail. It remembers nobody between two questions. */
export class MailDesk {
  readonly #mailboxes: Mailboxes
  readonly #clock: Clock
  readonly #shelf = new PrekeyShelf()
  readonly #questions: Pace

  constructor(mailboxes: Mailboxes, clock: Clock) {
    this.#mailboxes = mailboxes
    this.#clock = clock
    const { mailQuestions, mailQuestionsShare } = limits
    this.#questions = new Pace(clock, mailQuestions.value, mailQuestionsShare.value)
  }

  /**
   * What to answer to a message that came over a link; undefined where who asks is too fast, and asks
   * again. Throws `MESH_MALFORMED`.
   *
   * @param neighbour Over whom it came.
   */
  async answer(bytes: Uint8Array, neighbour: string): Promise<Uint8Array | undefined> {
    const message = decodeMail(bytes)
    if (!this.#questions.take(neighbour)) return undefined
    const answer = await this.#reply(message, neighbour)
    return answer && encodeMail(answer)
  }

  expire(): void {
    this.#shelf.expire(dayAt(this.#clock.now()))
  }

  async #reply(message: MailMessage, neighbour: string): Promise<MailMessage | undefined> {
    const mailboxes = this.#mailboxes
    switch (message.type) {
      case 'deposit': {
        const outcome = await mailboxes.deposit(message.body, neighbour)
        return { type: 'deposited', outcome, id: objectId(kindNumbers.mail, message.body) }
      }
      case 'look':
        return { type: 'contents', ids: mailboxes.contents(message.box) }
      case 'knock':
        return { type: 'challenge', challenge: mailboxes.challenge(message.record, neighbour) }
      case 'answer':
        return { type: 'contents', ids: mailboxes.openInbox(message.answer) ?? [] }
      case 'fetch':
        return { type: 'item', body: mailboxes.get(message.id) ?? new Uint8Array(0) }
      case 'collect': {
        const { id, opener } = message
        const isCollected = await mailboxes.collect(id, opener, neighbour)
        return isCollected ? { type: 'collected', id } : undefined
      }
      case 'shelve':
        this.#shelf.put(message.address, message.signed, message.prekeys, neighbour)
        return undefined
      case 'take': {
        const { address } = message
        const prekey = this.#shelf.take(address)
        return { type: 'prekey', address, prekey, signed: prekey && this.#shelf.root(address) }
      }
      case 'challenge':
      case 'collected':
      case 'contents':
      case 'deposited':
      case 'item':
      case 'prekey':
        throw malformed('mail message', 'only a relay says that')
      default:
        return message satisfies never
    }
  }
}
