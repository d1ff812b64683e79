import type { Method } from '../method.ts'
import { admin } from './admin/index.ts'
import { debug } from './debug/index.ts'
import { eth } from './eth/index.ts'
import { evm } from './evm/index.ts'
import { net } from './net/index.ts'
import { ots } from './ots/index.ts'
import { pars } from './pars/index.ts'
import { rpc } from './rpc/index.ts'
import { testing } from './testing/index.ts'
import { txpool } from './txpool/index.ts'
import { web3 } from './web3/index.ts'

/** Every method a node serves; those that sign exist only with a signer. */
export const methods: readonly Method[] = [
  ...admin,
  ...debug,
  ...eth,
  ...evm,
  ...net,
  ...ots,
  ...pars,
  ...rpc,
  ...testing,
  ...txpool,
  ...web3,
]
