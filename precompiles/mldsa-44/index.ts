import { parameterSetPlugin } from '../mldsa.ts'
import vectors from './vectors.json' with { type: 'json' }

/** ML-DSA-44 verification in the layout of EIP-8355. */
export default parameterSetPlugin(
  'mldsa-44',
  '0x0000000000000000000000000000000000000612',
  0x44,
  vectors,
)
