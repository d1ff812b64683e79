import { parameterSetPlugin } from '../mldsa.ts'
import vectors from './vectors.json' with { type: 'json' }

/** ML-DSA-65 verification in the layout of EIP-8355. */
export default parameterSetPlugin(
  'mldsa-65',
  '0x0000000000000000000000000000000000000613',
  0x65,
  vectors,
)
