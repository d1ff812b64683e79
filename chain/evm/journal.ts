/**
 * The access sets of EIP-2929 and the touched accounts of EIP-161, undone by a log: stock Journal
 * allocates three collections per call frame and writes hexadecimal by hand for each look-up.
 *
 * Its public face is that of @ethereumjs/evm's Journal, which runTx drives.
 */
import type { Account, Address } from '@ethereumjs/util'

import type { State } from '../state/index.ts'

/** Stays touched when its frame reverts. @see EIP-161, "the RIPEMD-160 exception" */
const ripemd160 = '0000000000000000000000000000000000000003'

interface Sets {
  readonly addresses: Set<string>
  readonly slots: Map<string, Set<string>>
}

type Undo = { readonly kind: 'address' | 'touched'; readonly address: string } | Slot
interface Slot {
  readonly kind: 'slot'
  readonly slots: Set<string>
  readonly slot: string
}

const emptySets = (): Sets => ({ addresses: new Set(), slots: new Map() })

export class AccessJournal {
  /** Addresses and slots in hexadecimal without prefix, while reporting. */
  accessList?: Map<string, Set<string>>
  readonly preimages = undefined
  /** Always warm (EIP-2929). In hexadecimal without prefix. */
  precompiles: ReadonlySet<string> = new Set()
  private readonly warm = emptySets()
  /** Warm from the start of the transaction: no revert makes these cold. */
  private readonly always = emptySets()
  private readonly touched = new Map<string, Address>()
  private readonly undo: Undo[] = []
  private readonly checkpoints: number[] = []
  private readonly state: State
  private readonly clearsEmpty: boolean

  /** @param clearsEmpty Whether touched empty accounts are deleted (EIP-161). */
  constructor(state: State, clearsEmpty: boolean) {
    this.state = state
    this.clearsEmpty = clearsEmpty
  }

  startReportingAccessList(): void {
    this.accessList = new Map()
  }

  putAccount(address: Address, account: Account | undefined): Promise<void> {
    this.touch(address)
    return this.state.putAccount(address, account)
  }

  deleteAccount(address: Address): Promise<void> {
    this.touch(address)
    return this.state.deleteAccount(address)
  }

  touch(address: Address): void {
    const key = address.bytes.toHex()
    if (this.touched.has(key)) return
    this.touched.set(key, address)
    this.undo.push({ kind: 'touched', address: key })
  }

  checkpoint(): Promise<void> {
    this.checkpoints.push(this.undo.length)
    return this.state.checkpoint()
  }

  commit(): Promise<void> {
    this.checkpoints.pop()
    return this.state.commit()
  }

  revert(): Promise<void> {
    const mark = this.checkpoints.pop() ?? 0
    for (let at = this.undo.length - 1; at >= mark; at--) {
      const entry = this.undo.pop()
      if (entry === undefined) break
      if (entry.kind === 'slot') entry.slots.delete(entry.slot)
      else if (entry.kind === 'address') this.warm.addresses.delete(entry.address)
      else if (entry.address !== ripemd160) this.touched.delete(entry.address)
    }
    return this.state.revert()
  }

  cleanJournal(): void {
    for (const { addresses, slots } of [this.warm, this.always]) {
      if (addresses.size > 0) addresses.clear()
      if (slots.size > 0) slots.clear()
    }
    if (this.touched.size > 0) this.touched.clear()
    this.undo.length = 0
    this.checkpoints.length = 0
  }

  /** Ends a transaction: deletes the touched accounts that are empty and forgets everything. */
  async cleanup(): Promise<void> {
    if (this.clearsEmpty) {
      for (const address of this.touched.values()) {
        // Whatever was touched was loaded.
        const account = this.state.accountNow(address)
        if (account === undefined) throw new TypeError('a touched account is not at hand')
        if (account === null || account.isEmpty()) await this.state.deleteAccount(address)
      }
    }
    this.cleanJournal()
    delete this.accessList
  }

  addAlwaysWarmAddress(address: string, report = false): void {
    const key = unprefixed(address)
    this.always.addresses.add(key)
    if (report) this.reported(key)
  }

  addAlwaysWarmSlot(address: string, slot: string, report = false): void {
    this.addAlwaysWarmAddress(address, report)
    const key = unprefixed(address)
    slotsOf(this.always, key).add(unprefixed(slot))
    if (report) this.reported(key)?.add(unprefixed(slot))
  }

  isWarmedAddress(address: Uint8Array): boolean {
    const key = address.toHex()
    return this.warm.addresses.has(key) || this.isAlwaysWarm(key)
  }

  addWarmedAddress(address: Uint8Array): void {
    this.warmAddress(address)
  }

  isWarmedStorage(address: Uint8Array, slot: Uint8Array): boolean {
    const key = address.toHex()
    const slotKey = slot.toHex()
    return (
      this.warm.slots.get(key)?.has(slotKey) === true ||
      this.always.slots.get(key)?.has(slotKey) === true
    )
  }

  addWarmedStorage(address: Uint8Array, slot: Uint8Array): void {
    this.warmSlot(address, slot)
  }

  /** Makes an address warm. True when it was cold. */
  warmAddress(address: Uint8Array): boolean {
    const key = address.toHex()
    this.reported(key)
    if (this.warm.addresses.has(key)) return false
    const cold = !this.isAlwaysWarm(key)
    this.warm.addresses.add(key)
    this.undo.push({ kind: 'address', address: key })
    return cold
  }

  /** Makes a slot warm. True when it was cold. */
  warmSlot(address: Uint8Array, slot: Uint8Array): boolean {
    const key = address.toHex()
    const slotKey = slot.toHex()
    this.reported(key)?.add(slotKey)
    const slots = slotsOf(this.warm, key)
    if (slots.has(slotKey)) return false
    slots.add(slotKey)
    this.undo.push({ kind: 'slot', slots, slot: slotKey })
    return this.always.slots.get(key)?.has(slotKey) !== true
  }

  private isAlwaysWarm(address: string): boolean {
    return this.always.addresses.has(address) || this.precompiles.has(address)
  }

  private reported(address: string): Set<string> | undefined {
    if (this.accessList === undefined) return undefined
    let slots = this.accessList.get(address)
    if (slots === undefined) this.accessList.set(address, (slots = new Set()))
    return slots
  }
}

function slotsOf(sets: Sets, address: string): Set<string> {
  let slots = sets.slots.get(address)
  if (slots === undefined) sets.slots.set(address, (slots = new Set()))
  return slots
}

function unprefixed(key: string): string {
  return key.startsWith('0x') ? key.slice(2) : key
}
