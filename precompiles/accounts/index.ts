import { contract } from '../contract.ts'
import { keyChanged, recoveryCancelled, recoverySet, recoveryStarted } from './events.ts'
import { gasTable } from './gas.ts'
import { register, rotate } from './keys.ts'
import {
  changesOf,
  keyOf,
  networkId,
  publicKeyOf,
  recoveryOf,
  verify,
  verifyWithKey,
} from './queries.ts'
import { cancelRecovery, finishRecovery, setRecovery, startRecovery } from './recovery.ts'
import vectors from './vectors.json' with { type: 'json' }

/** The registry of account keys. @see PIP-0002 */
export default contract({
  name: 'accounts',
  version: '1.0.0',
  address: '0x0000000000000000000000000000000000000606',
  gasTable,
  vectors,
  methods: [
    register,
    rotate,
    setRecovery,
    startRecovery,
    cancelRecovery,
    finishRecovery,
    verify,
    verifyWithKey,
    networkId,
    keyOf,
    publicKeyOf,
    changesOf,
    recoveryOf,
  ],
  events: [keyChanged, recoverySet, recoveryStarted, recoveryCancelled],
})
