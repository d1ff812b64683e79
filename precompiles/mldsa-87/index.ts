import { parameterSetPlugin } from '../mldsa.ts'
import vectors from './vectors.json' with { type: 'json' }

/** ML-DSA-87 verification in the layout of EIP-8355. */
export default parameterSetPlugin(
  'mldsa-87',
  '0x0000000000000000000000000000000000000614',
  0x87,
  vectors,
)
