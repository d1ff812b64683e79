/**
 * Links between two addresses: a handshake by key encapsulation without signatures, sealed cells,
 * receipts, a ratchet that rides along, resumption in two cells. Bytes alone: who routes, cuts into
 * cells and sends again is elsewhere. Nothing here gives data back unsealed to be sent.
 *
 * @module
 */
export { type AnsweredLink, answerLink, LinkAnswers } from './answers.ts'
export { linkContexts } from './contexts.ts'
export type { LinkRole } from './derive.ts'
export {
  linkIdOf,
  type LinkFacts,
  type LinkHost,
  type LinkOffer,
  linkProofBytes,
  linkRequestBytes,
  lockBytes,
  offerLink,
  provesLock,
} from './handshake.ts'
export {
  answerChallenge,
  challengeAnswerBytes,
  challengeBytes,
  challengeInitiator,
  type InitiatorChallenge,
} from './initiator.ts'
export {
  addressOfRecord,
  decodeKeyRecord,
  encodeKeyRecord,
  type KeyRecord,
  keyRecordBytes,
} from './key-record.ts'
export { chunkBytes } from './ratchet.ts'
export { type ResumeOffer, resumeAnswerBytes } from './resume.ts'
export type { Resumption } from './resumption.ts'
export { type OpenedCell, sealBytes, type SealedCell, type Session } from './session.ts'
export { type AcceptedResumption, Tickets } from './tickets.ts'
