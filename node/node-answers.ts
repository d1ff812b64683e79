/** What a node says of itself, checked before it is counted or shown. */
import type { ConsensusStatus, NodeStatus, PeerFacts } from '#rpc'

import { amountIn, countIn, fieldsIn, flagIn, listIn, textIn, wordIn } from './rpc-client.ts'

/** The answer to `pars_nodeStatus`. Throws `NODE_ANSWER`. */
export function nodeStatusIn(value: unknown): NodeStatus {
  const { role, peers, consensus } = fieldsIn(value)
  return {
    role: wordIn(role, ['sealer', 'follower', 'validator']),
    peers: countIn(peers),
    consensus: nullOr(consensus, consensusIn),
  }
}

/** The answer to `pars_peers`. Throws `NODE_ANSWER`. */
export function peersIn(value: unknown): readonly PeerFacts[] {
  return listIn(value).map((one) => {
    const { peer, address, direction, isReserved, client, head } = fieldsIn(one)
    return {
      peer: textIn(peer),
      address: textIn(address),
      direction: wordIn(direction, ['inbound', 'outbound']),
      isReserved: flagIn(isReserved),
      client: textIn(client),
      head: countIn(head),
    }
  })
}

function consensusIn(value: unknown): ConsensusStatus {
  const fields = fieldsIn(value)
  return {
    epoch: countIn(fields['epoch']),
    author: nullOr(fields['author'], countIn),
    standing: textIn(fields['standing']),
    execution: textIn(fields['execution']),
    round: countIn(fields['round']),
    committed: countIn(fields['committed']),
    executed: countIn(fields['executed']),
    certified: countIn(fields['certified']),
    finalized: countIn(fields['finalized']),
    sync: nullOr(fields['sync'], syncIn),
    isIdle: flagIn(fields['isIdle']),
    retained: retainedIn(fields['retained']),
    validators: listIn(fields['validators']).map(validatorIn),
  }
}

function syncIn(value: unknown): NonNullable<ConsensusStatus['sync']> {
  const { from, to } = fieldsIn(value)
  return { from: countIn(from), to: countIn(to) }
}

function retainedIn(value: unknown): ConsensusStatus['retained'] {
  const { commits, bytes, bytesPerDay } = fieldsIn(value)
  return {
    commits: countIn(commits),
    bytes: countIn(bytes),
    bytesPerDay: nullOr(bytesPerDay, amountIn),
  }
}

function validatorIn(value: unknown): ConsensusStatus['validators'][number] {
  const { peer, isConnected, round } = fieldsIn(value)
  return { peer: textIn(peer), isConnected: flagIn(isConnected), round: countIn(round) }
}

function nullOr<Value>(value: unknown, read: (value: unknown) => Value): Value | null {
  return value === null ? null : read(value)
}
