/** The names and addresses that Pars itself uses: no package can have them on any network. */
import { hex } from '#base'
import { fixedAddresses } from '#genesis'
import { discover } from '#precompiles'
import { systemAddresses } from '#protocol'

export async function isTakenName(name: string): Promise<boolean> {
  return (await discover()).some((plugin) => plugin.name === name)
}

export async function isTakenAddress(address: string): Promise<boolean> {
  const own = (await discover()).map((plugin) => plugin.address)
  const system = Object.values(systemAddresses).map(hex)
  return [...fixedAddresses, ...system, ...own].some((taken) => taken === address.toLowerCase())
}
