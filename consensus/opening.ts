import { Fault, isFault } from '#base'

import { Core } from './core/core.ts'
import type { Epoch } from './core/validity.ts'
import { type Constants, constants, type Parameters, parameters } from './parameters.ts'
import type { Executed, Ports } from './ports.ts'
import { checkUnexecuted, forget, isDamage, openDagStore, type Opened } from './store/open.ts'

export interface ValidatorInit {
  readonly epoch: Epoch
  readonly constants?: Constants
  readonly parameters?: Parameters
  /** Milliseconds of committed time that others may ask for; two epochs by default. */
  readonly retention?: number
  readonly ports: Ports
}

/** What a validator begins with: what it was told, with the defaults, and what its store holds. */
export interface Opening {
  readonly epoch: Epoch
  readonly constants: Constants
  readonly parameters: Parameters
  readonly retention: number | undefined
  readonly ports: Ports
  readonly opened: Opened
  readonly executed: Executed
  readonly core: Core
  /** Own index in the committee; undefined for a follower. */
  readonly author: number | undefined
}

type Told = Pick<Opening, 'epoch' | 'constants' | 'parameters' | 'executed' | 'author'>

/** Reads the store. Throws `CONSENSUS_SIGNER`, `CONSENSUS_STORE_NETWORK`. */
export async function readOpening(init: ValidatorInit): Promise<Opening> {
  const { epoch, ports, retention } = init
  const { signer, store, log } = ports
  const publicKey = signer?.publicKey
  const author = authorOf(epoch, publicKey)
  const lost = (fault: Fault): void => {
    log.warn('a damaged record of consensus counts as absent', { ...fault.facts })
  }
  const executed = await ports.execution.executed()
  const told = { constants, parameters, ...init, epoch, executed, author }
  const { gcDepth } = told.constants
  const { genesisHash, committee } = epoch
  const where = { store, genesisHash, epoch: committee.epoch, publicKey, gcDepth, lost }
  let opened = await openDagStore(where)
  let core: Core
  try {
    await checkUnexecuted(opened.dag, executed.commit)
    core = createCore(told, opened)
  } catch (error) {
    if (!isFault(error) || !isLoss(error)) throw error
    opened = await forget(opened.dag, error)
    core = createCore(told, opened)
  }
  const { condition } = opened
  if (condition.name === 'damaged') {
    const facts = { ...condition.fault.facts }
    log.error('the store of consensus is damaged: its order is taken over from others', facts)
  } else if (condition.name === 'unbegun' && author !== undefined) {
    log.warn('the store has no record of this key: nothing is signed until a quorum has answered')
  }
  return { ...told, retention, ports, opened, core }
}

function isLoss(fault: Fault): boolean {
  return fault.code === 'CONSENSUS_NOT_CLOSED' || isDamage(fault)
}

/** Throws `CONSENSUS_SIGNER` for a key that is not in the committee. */
function authorOf({ committee }: Epoch, publicKey: Uint8Array | undefined): number | undefined {
  if (publicKey === undefined) return undefined
  const author = committee.placeOf(publicKey)
  if (author !== undefined) return author
  throw new Fault(
    { code: 'CONSENSUS_SIGNER', epoch: committee.epoch },
    'the key is not of a validator of this epoch: run without --validator to follow',
  )
}

function createCore(
  { epoch, constants: rules, parameters: pace, executed, author }: Told,
  { restored }: Opened,
): Core {
  return new Core({
    epoch,
    constants: rules,
    parameters: pace,
    self: author,
    restored: {
      ...restored,
      executedCommit: executed.commit,
      executed: executed.results,
      finalized: executed.finalized,
    },
  })
}
