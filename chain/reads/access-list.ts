/** What a call looks at beside its sender, its target and precompiles. @see EIP-2930 */
import { compare, empty, equal } from '#base'

import type { AccessListResult, CallRequest, Overrides } from '../call-port.ts'
import type { BlockRef } from '../port.ts'
import type { ReadContext } from './context.ts'
import { limits } from './limits.ts'
import { least, type MessageRun, openMessage, type Run } from './message.ts'

type AccessList = AccessListResult['accessList']

/**
 * Runs until the list does not change any more: code may look at other slots when it finds gas
 * cheaper. Addresses without slots are listed only where naming them saves something.
 */
export async function accessList(
  context: ReadContext,
  request: CallRequest,
  at: BlockRef,
  overrides: Overrides = {},
): Promise<AccessListResult | undefined> {
  let list: AccessList = request.accessList ?? []
  let workGas = 0n
  for (let round = 1; ; round++) {
    context.interrupt.check()
    const message = await openMessage(context, { ...request, accessList: list }, at, overrides)
    if (message === undefined) return undefined
    const { result, spent, touched } = await look(message, request)
    workGas += spent
    if (isSame(touched, list) || round === limits.accessListRounds.value) {
      return { ...result, output: empty, workGas, accessList: list }
    }
    list = touched
  }
}

async function look(
  message: MessageRun,
  request: CallRequest,
): Promise<Run & { readonly touched: AccessList }> {
  const { evm } = message.execution.executor
  const { from = new Uint8Array(20), to = from } = request
  const named: Uint8Array[] = [from, to]
  evm.tracer = {
    enter({ depth }) {
      if (depth === 0) evm.journal.startReportingAccessList()
    },
    exit({ created }) {
      if (created !== undefined) named.push(created.slice())
    },
  }
  const isWarm = (address: Uint8Array): boolean =>
    evm.precompileAt(address) !== undefined || named.some((one) => equal(one, address))
  let touched: AccessList = []
  const gas = await message.affordable(least(request.gas, message.maxGas))
  const run = await message.run(gas, () => {
    touched = [...(evm.journal.accessList ?? [])]
      .map(([address, slots]) => [Uint8Array.fromHex(address), sorted(slots)] as const)
      .filter(([address, slots]) => slots.length > 0 || !isWarm(address))
      .toSorted(([a], [b]) => compare(a, b))
    return Promise.resolve()
  })
  return { ...run, touched }
}

function sorted(slots: ReadonlySet<string>): Uint8Array[] {
  return [...slots].toSorted().map((slot) => Uint8Array.fromHex(slot))
}

function isSame(one: AccessList, other: AccessList): boolean {
  return lines(one) === lines(other)
}

function lines(list: AccessList): string {
  return list
    .flatMap(([address, slots]) => [
      address.toHex(),
      ...slots.map((slot) => `${address.toHex()}/${slot.toHex()}`),
    ])
    .toSorted()
    .join()
}
