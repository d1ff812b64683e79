/**
 * What a block's bytes and the committee decide about it, cheapest first: A1, A2, A4 and A5. The
 * signature (A6) is somebody else's work; a clock ahead of ours (A5) only makes a block wait.
 *
 * @see PIP-0007 "Validity"
 */
import { Fault } from '#base'

import { limits } from '../limits.ts'
import type { Block, BlockRef, Body, Digest, Header } from './block.ts'
import type { Committee } from './committee.ts'
import {
  ancestorsRoot,
  attestationsRoot,
  bodyRoot,
  commitVotesRoot,
  genesisDigest,
} from './hashes.ts'
import { bodySize } from './ssz.ts'

export const headerVersion = 1

/** What ties a header to one epoch of one network. */
export interface Epoch {
  readonly chainId: bigint
  readonly genesisHash: Digest
  /** Closing hash of the epoch before; `firstClosingHash` in the first. */
  readonly closing: Digest
  readonly committee: Committee
  /** Since 1970: the clock of round 0. */
  readonly startMs: number
}

type ValidityFault =
  | { readonly code: 'CONSENSUS_NETWORK'; readonly version: number; readonly chainId: bigint }
  | { readonly code: 'CONSENSUS_EPOCH'; readonly epoch: number; readonly own: number }
  | { readonly code: 'CONSENSUS_BLOCK'; readonly rule: string; readonly round: number }

/** The virtual blocks of round 0. */
export function genesisRefs({ committee, closing }: Epoch): readonly BlockRef[] {
  return committee.members.map((_, author) => ({
    author,
    round: 0,
    digest: genesisDigest(committee.root, closing, author),
  }))
}

/**
 * @param genesis From `genesisRefs`.
 * @throws `CONSENSUS_NETWORK`, `CONSENSUS_EPOCH`, `CONSENSUS_BLOCK`
 */
export function checkBlock(
  { header, body }: Pick<Block, 'header' | 'body'>,
  epoch: Epoch,
  genesis: readonly BlockRef[],
): void {
  checkHeader(header, epoch, genesis)
  checkBody(header, body)
}

/** All of `checkBlock` that needs no body. */
export function checkHeader(header: Header, epoch: Epoch, genesis: readonly BlockRef[]): void {
  const { core } = header
  const { version, chainId, genesisHash, author, round } = core
  const isOurs = chainId === epoch.chainId && genesisHash === epoch.genesisHash
  if (version !== headerVersion || !isOurs) {
    throw new Fault<ValidityFault>({ code: 'CONSENSUS_NETWORK', version, chainId })
  }
  const own = epoch.committee.epoch
  if (core.epoch !== own) {
    throw new Fault<ValidityFault>({ code: 'CONSENSUS_EPOCH', epoch: core.epoch, own })
  }
  expect(author < epoch.committee.size, 'author', round)
  expect(round >= 1, 'round', round)
  checkAncestors(header, epoch.committee, genesis)
  expect(isAscending(header.attestations.map(({ height }) => height)), 'attestations', round)
  expect(isAscending(header.commitVotes.map(({ index }) => index)), 'commit votes', round)
  expect(ancestorsRoot(header.ancestors) === core.ancestorsRoot, 'ancestors root', round)
  expect(
    attestationsRoot(header.attestations) === core.attestationsRoot,
    'attestations root',
    round,
  )
  expect(commitVotesRoot(header.commitVotes) === core.commitVotesRoot, 'votes root', round)
}

function checkAncestors(
  { core, ancestors }: Header,
  committee: Committee,
  genesis: readonly BlockRef[],
): void {
  const { author, round } = core
  expect(ancestors[0]?.author === author, 'own ancestor first', round)
  const authors = new Set(ancestors.map((ref) => ref.author))
  expect(authors.size === ancestors.length, 'one ancestor of each author', round)
  for (const ref of ancestors) {
    expect(ref.author < committee.size, 'ancestor author', round)
    expect(ref.round < round, 'ancestor round', round)
    if (ref.round === 0) expect(genesis[ref.author]?.digest === ref.digest, 'genesis', round)
  }
  const parents = ancestors.filter((ref) => ref.round === round - 1)
  const stake = committee.stakeOfAll(parents.map((ref) => ref.author))
  expect(stake >= committee.quorum, 'a quorum of parents', round)
}

function checkBody({ core }: Header, body: Body): void {
  const { round } = core
  const bytes = bodySize(body)
  expect(bytes === core.bodyBytes && bytes <= limits.bodyBytes.value, 'body bytes', round)
  expect(body.transactions.length === core.bodyTransactions, 'body transactions', round)
  expect(bodyRoot(body) === core.bodyRoot, 'body root', round)
}

function isAscending(values: readonly number[]): boolean {
  return values.every((value, at) => value > (values[at - 1] ?? -1))
}

function expect(holds: boolean, rule: string, round: number): void {
  if (!holds) throw new Fault<ValidityFault>({ code: 'CONSENSUS_BLOCK', rule, round })
}
