import assert from 'node:assert/strict'

import { Common, Hardfork, Mainnet } from '@ethereumjs/common'
import { createEVM } from '@ethereumjs/evm'
import { Account, Address } from '@ethereumjs/util'
import * as fc from 'fast-check'

import { fixed } from '#base'
import { openMemory } from '#storage'

import { AccessJournal } from '../../../chain/evm/journal.ts'
import { headState } from '../../../chain/state/index.ts'

const addresses = [3, 0x10, 0x11, 0x12].map((low) => new Address(fixed(low, 20)))
const slots = [1, 2, 3].map((low) => fixed(low, 32))

const step = fc.oneof(
  fc.record({ kind: fc.constant('address' as const), at: fc.nat(3) }),
  fc.record({ kind: fc.constant('slot' as const), at: fc.nat(3), slot: fc.nat(2) }),
  fc.record({ kind: fc.constant('always' as const), at: fc.nat(3), slot: fc.nat(2) }),
  fc.record({ kind: fc.constant('put' as const), at: fc.nat(3), balance: fc.nat(1) }),
  fc.record({
    kind: fc.constantFrom('checkpoint' as const, 'commit' as const, 'revert' as const),
  }),
)

describe('the access journal', () => {
  it('warms, touches and reverts as the stock one does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const common = new Common({ chain: Mainnet, hardfork: Hardfork.Osaka })
        const stock = (await createEVM({ common })).journal
        const state = headState(openMemory())
        const ours = new AccessJournal(state, true)
        let open = 0
        for (const journal of [stock, ours]) await journal.checkpoint()
        for (const taken of steps) {
          for (const journal of [stock, ours]) {
            if (taken.kind === 'address') journal.addWarmedAddress(addresses[taken.at]!.bytes)
            else if (taken.kind === 'slot') {
              // Code runs at warm addresses only.
              journal.addAlwaysWarmAddress(addresses[taken.at]!.toString())
              journal.addWarmedStorage(addresses[taken.at]!.bytes, slots[taken.slot]!)
            } else if (taken.kind === 'always') {
              const slot = slots[taken.slot]!.toHex()
              journal.addAlwaysWarmSlot(addresses[taken.at]!.toString(), slot)
            } else if (taken.kind === 'put') {
              const account = new Account(0n, BigInt(taken.balance))
              await journal.putAccount(addresses[taken.at]!, account)
            } else if (taken.kind === 'checkpoint') await journal.checkpoint()
            else if (open > 0) await journal[taken.kind]()
          }
          if (taken.kind === 'checkpoint') open++
          else if ((taken.kind === 'commit' || taken.kind === 'revert') && open > 0) open--
          for (const { bytes } of addresses) {
            assert.equal(ours.isWarmedAddress(bytes), stock.isWarmedAddress(bytes))
            for (const slot of slots) {
              assert.equal(ours.isWarmedStorage(bytes, slot), stock.isWarmedStorage(bytes, slot))
            }
          }
        }
        while (open-- > 0) await ours.commit()
        await ours.commit()
        await ours.cleanup()
        for (const address of addresses) {
          const account = await state.getAccount(address)
          assert.ok(account === undefined || !account.isEmpty(), 'empty and touched')
        }
      }),
      { numRuns: 60 },
    )
  })

  it('reports what was accessed as stock does, reverted frames included', async () => {
    const journal = new AccessJournal(headState(openMemory()), true)
    journal.startReportingAccessList()
    journal.addAlwaysWarmAddress(addresses[0]!.toString())
    journal.addAlwaysWarmSlot(addresses[1]!.toString(), slots[0]!.toHex(), true)
    await journal.checkpoint()
    assert.ok(journal.warmSlot(addresses[2]!.bytes, slots[1]!))
    assert.ok(!journal.warmSlot(addresses[2]!.bytes, slots[1]!))
    await journal.revert()
    assert.ok(journal.warmSlot(addresses[2]!.bytes, slots[1]!))
    const list = [...(journal.accessList ?? [])].map(([address, keys]) => [address, [...keys]])
    assert.deepEqual(list, [
      [addresses[1]!.bytes.toHex(), [slots[0]!.toHex()]],
      [addresses[2]!.bytes.toHex(), [slots[1]!.toHex()]],
    ])
  })
})
