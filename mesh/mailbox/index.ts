/**
 * Mail for those who are away: sealed items of a few sizes in mailboxes that say nothing of either
 * side, held by relays that bound what each neighbour may leave.
 *
 * @module
 */
export {
  contactBox,
  dayAt,
  decodeTicket,
  encodeTicket,
  inboxOf,
  type Ticket,
  wayTo,
} from './box.ts'
export { answerChallenge } from './challenges.ts'
export { MailDesk } from './desk.ts'
export { decodeEnvelope, type Door, type Envelope, sizeClasses } from './envelope.ts'
export {
  type Draft,
  itemBytes,
  largestContent,
  type MailKeys,
  type Opened,
  openItem,
  sealItem,
} from './item.ts'
export { type Deposit, Mailboxes } from './mailboxes.ts'
export { decodeMail, encodeMail, type MailMessage } from './messages.ts'
export {
  decodePrekey,
  encodePrekey,
  type Prekey,
  type PrekeyOwner,
  type PrekeyRoot,
  Prekeys,
  readRoot,
  signRoot,
} from './prekeys.ts'
export { PrekeyShelf } from './shelf.ts'
