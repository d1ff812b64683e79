import { contract } from '../contract.ts'
import { chunkStored, deactivated, finalized, registered, transferred } from './events.ts'
import { gasTable } from './gas.ts'
import { count, costOf, idOf, list, model, termsOf, textsOf, versionsOf } from './queries.ts'
import { deactivate, finalize, putChunk, register, setTerms, transfer } from './registration.ts'
import vectors from './vectors.json' with { type: 'json' }

/** The registry of models. @see PIP-0009 */
export default contract({
  name: 'models',
  version: '1.0.0',
  address: '0x0000000000000000000000000000000000000302',
  gasTable,
  vectors,
  methods: [
    register,
    setTerms,
    putChunk,
    finalize,
    deactivate,
    transfer,
    model,
    costOf,
    termsOf,
    textsOf,
    versionsOf,
    idOf,
    count,
    list,
  ],
  events: [registered, chunkStored, finalized, deactivated, transferred],
})
