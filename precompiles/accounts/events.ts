import { event } from '../contract.ts'

const account = ['address', 'account'] as const

/** By registration, rotation or a finished recovery. */
export const keyChanged = event(
  'KeyChanged',
  [account, ['bytes32', 'keyHash']],
  [['uint256', 'changes']],
)

/** `due`: when the setting holds; a key of zero removes recovery. */
export const recoverySet = event(
  'RecoverySet',
  [account],
  [
    ['bytes32', 'recoveryKeyHash'],
    ['uint64', 'delay'],
    ['uint64', 'due'],
  ],
)

export const recoveryStarted = event(
  'RecoveryStarted',
  [account, ['bytes32', 'newKeyHash']],
  [['uint64', 'due']],
)

/** `cancels`: in a row, this one counted. */
export const recoveryCancelled = event(
  'RecoveryCancelled',
  [account, ['bytes32', 'newKeyHash']],
  [['uint8', 'cancels']],
)
