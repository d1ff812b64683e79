import { reachability } from './mesh/reachability.ts'
import { goodput } from './mesh/transfers.ts'

/** The mesh in virtual time: what an object takes of a link, and how long whole nodes need to meet. */
export async function mesh(): Promise<void> {
  await goodput()
  await reachability()
}
