import type { Method } from '../method.ts'
import { eth } from './eth/index.ts'
import { net } from './net/index.ts'
import { pars } from './pars/index.ts'
import { txpool } from './txpool/index.ts'
import { web3 } from './web3/index.ts'

/** Every method a node serves; those that sign exist only with a signer. */
export const methods: readonly Method[] = [...eth, ...net, ...pars, ...txpool, ...web3]
