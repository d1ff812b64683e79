import { contract, method } from '../contract.ts'
import { gasTable } from './gas.ts'
import { infer, tiers } from './run.ts'
import vectors from './vectors.json' with { type: 'json' }

/** Deterministic inference under gas. @see PIP-0009 */
export default contract({
  name: 'infer',
  version: '1.0.0',
  address: '0x0000000000000000000000000000000000000303',
  gasTable,
  vectors,
  methods: [
    method({
      name: 'infer',
      mutability: 'view',
      inputs: [
        ['bytes32', 'model'],
        ['bytes', 'input'],
      ],
      outputs: [
        ['bytes', 'output'],
        ['uint8', 'tier'],
      ],
      gas: () => gasTable.call,
      run: (view, model, input) => [infer(view, model, input), BigInt(tiers.executed)],
    }),
  ],
  events: [],
})
