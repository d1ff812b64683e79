import type { Clock } from '#base'

import type { CommitteeNode } from '../consensus/committee-node.ts'
import type { Instruments } from './instruments.ts'

export function consensusMetrics(
  instruments: Instruments,
  { validator, decisions }: Pick<CommitteeNode, 'decisions' | 'validator'>,
  clock: Clock,
): void {
  const gauge = (name: string, help: string, read: () => number): void =>
    instruments.gauge(`pars_consensus_${name}`, help, read)
  gauge('round', 'The own round, or the highest with a quorum.', () => validator.status.round)
  gauge('committed_index', 'Index of the last commit.', () => validator.status.committed)
  gauge(
    'executed_index',
    'Index of the last commit executed.',
    () => validator.status.executedCommit,
  )
  gauge(
    'certified_index',
    'Index of the last commit that a quorum voted for.',
    () => validator.status.certified ?? validator.status.committed,
  )
  gauge(
    'leader_timeout_seconds',
    'How long a round waits for its leader; it grows with the delays of the network.',
    () => validator.status.leaderTimeout / 1000,
  )
  gauge('commit_age_seconds', 'Since the last commit was made; -1 before the first.', () => {
    const { committedAt } = validator.status
    return committedAt === undefined ? -1 : Math.max(0, clock.now() - committedAt) / 1000
  })
  gauge('checkpoint_height', 'Height of the newest checkpoint.', () => validator.status.checkpoint)
  gauge('blocks', 'Blocks of the order held in memory.', () => validator.status.blocks)
  gauge(
    'suspended_blocks',
    'Blocks that wait for their ancestors.',
    () => validator.status.suspended,
  )
  gauge('retained_bytes', 'Bytes of the order on disk.', () => validator.status.retained.bytes)
  memberMetrics(instruments, validator)
  instruments.gauges(
    'pars_consensus_standing',
    'One for what this node is doing now: following, asking, amnesic, leaving, signing or stopped.',
    ['standing'],
    () => [[{ standing: validator.status.standing }, 1]],
  )
  instruments.counters(
    'pars_consensus_leaders_total',
    'Leaders decided: direct by votes, indirect through a later leader, or skipped as they came too late or never.',
    ['decision'],
    () => Object.entries(decisions).map(([decision, count]) => [{ decision }, count]),
  )
}

/** A committee has a hundred members at most. */
function memberMetrics(instruments: Instruments, validator: CommitteeNode['validator']): void {
  instruments.gauges(
    'pars_consensus_member_connected',
    'Whether this node is connected to that member of the committee.',
    ['author'],
    () =>
      validator.status.peers.map(({ author, isConnected }) => [
        { author: String(author) },
        isConnected || author === validator.status.author ? 1 : 0,
      ]),
  )
  instruments.gauges(
    'pars_consensus_member_lateness_rounds',
    'How many rounds the last block heard from that member is behind the own round.',
    ['author'],
    () => {
      const { author: self, peers, round } = validator.status
      return peers
        .filter(({ author }) => author !== self)
        .map(({ author, heard }) => [{ author: String(author) }, Math.max(0, round - heard)])
    },
  )
}
