import { isFault } from '#base'
import { contexts } from '#protocol'

import { type Committee, StakeSet } from '../core/committee.ts'
import type { Peer } from '../core/events.ts'
import { unhexed } from '../core/ssz.ts'
import type { Network, Verify } from '../ports.ts'
import { encodeCheckpointRequest, protocols } from '../wire/frames.ts'
import {
  type Checkpoint,
  type CheckpointCertificate,
  checkpointHash,
  decodeCertificate,
} from './statement.ts'

/** Whether a quorum of `committee` signed it. */
export async function isCertified(
  { checkpoint, signatures }: CheckpointCertificate,
  committee: Committee,
  verify: Verify,
): Promise<boolean> {
  if (checkpoint.epoch !== committee.epoch || checkpoint.committeeRoot !== committee.root)
    return false
  const message = unhexed(checkpointHash(checkpoint))
  const signers = new StakeSet(committee)
  for (const { author, signature } of signatures) {
    const key = committee.members[author]?.publicKey
    if (key === undefined || signers.has(author)) return false
    // oxlint-disable-next-line no-await-in-loop -- the first wrong one ends it
    if (!(await verify(key, message, signature, contexts.checkpoint))) return false
    signers.add(author)
  }
  return signers.stake >= committee.quorum
}

/** Asks `peers` in turn for the certificate of `checkpoint`; undefined when none has it. */
export async function askCertificate(
  network: Network,
  peers: Iterable<Peer>,
  checkpoint: Checkpoint,
  isGood: (certificate: CheckpointCertificate) => Promise<boolean>,
): Promise<Uint8Array | undefined> {
  const request = encodeCheckpointRequest(checkpoint.height)
  const hash = checkpointHash(checkpoint)
  for (const peer of peers) {
    // oxlint-disable-next-line no-await-in-loop -- the first answer is enough
    const bytes = await firstItem(network, peer, request)
    const certificate = bytes === undefined ? undefined : decoded(bytes)
    if (certificate === undefined || checkpointHash(certificate.checkpoint) !== hash) continue
    // oxlint-disable-next-line no-await-in-loop -- the first answer is enough
    if (await isGood(certificate)) return bytes
  }
  return undefined
}

async function firstItem(
  network: Network,
  peer: Peer,
  request: Uint8Array,
): Promise<Uint8Array | undefined> {
  try {
    const { items } = await network.request(peer, protocols.checkpoints, request)
    return items[0]
  } catch (error) {
    if (!isFault(error)) throw error
    return undefined
  }
}

function decoded(bytes: Uint8Array): CheckpointCertificate | undefined {
  try {
    return decodeCertificate(bytes)
  } catch (error) {
    if (isFault(error, 'CONSENSUS_FRAME')) return undefined
    throw error
  }
}
