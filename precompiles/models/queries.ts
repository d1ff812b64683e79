/** What contracts and clients ask of the registry. */
import { decodeRlp, type Rlp, toBigInt } from '#base'

import { method } from '../contract.ts'
import { pageOf } from '../page.ts'
import { PrecompileRevert } from '../plugin.ts'
import { gasTable } from './gas.ts'
import { limits } from './limits.ts'
import { blobsOf } from './program.ts'
import * as questions from './questions.ts'
import { modelId, ModelRecord } from './record.ts'
import { countSlot, listSlot, versionsSlot } from './registration.ts'

const gas = (input: Uint8Array): number =>
  gasTable.call + gasTable.word * Math.ceil(input.length / 32)

export const model = method({
  ...questions.model,
  gas,
  run(view, of) {
    const record = new ModelRecord(view, of)
    const { status, kind, runtime, size, version, owner } = record.head()
    const numbers = [status, kind, runtime, size, version].map(BigInt)
    const [first = 0n, second = 0n, third = 0n, fourth = 0n, fifth = 0n] = numbers
    return [first, second, third, fourth, fifth, owner, record.hash]
  },
})

export const costOf = method({
  ...questions.costOf,
  gas,
  run(view, of) {
    const { cost } = new ModelRecord(view, of)
    const { macs, elements, inputBytes, outputBytes, activeFrom } = cost
    return [macs, elements, BigInt(inputBytes), BigInt(outputBytes), activeFrom]
  },
})

export const termsOf = method({
  ...questions.termsOf,
  gas,
  run(view, of) {
    const record = new ModelRecord(view, of)
    const { windowSeconds, windowBlocks, turnSeconds, turnBlocks, threshold } = record.terms
    const times = [windowSeconds, windowBlocks, turnSeconds, turnBlocks] as const
    return [...times, record.bond, record.attesters, threshold]
  },
})

export const textsOf = method({
  ...questions.textsOf,
  gas,
  run(view, of) {
    const record = new ModelRecord(view, of)
    record.head()
    const texts = blobsOf(view).get(record.texts)
    view.charge(BigInt(gasTable.textByte * texts.length))
    const [name = '', licence = '', metadata = ''] = (decodeRlp(texts) as readonly Rlp[]).map(
      (text) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(text as Uint8Array),
    )
    return [name, licence, metadata]
  },
})

export const versionsOf = method({
  ...questions.versionsOf,
  gas,
  run: (view, publisher, name) => [toBigInt(view.get(versionsSlot(publisher, name)))],
})

export const idOf = method({
  ...questions.idOf,
  gas,
  run: (_view, publisher, name, version) => [modelId(publisher, name, version)],
})

export const count = method({
  ...questions.count,
  gas,
  run: (view) => [toBigInt(view.get(countSlot))],
})

export const list = method({
  ...questions.list,
  gas,
  run(view, start, most) {
    if (most > BigInt(limits.listed.value)) throw new PrecompileRevert('models: page too long')
    const all = toBigInt(view.get(countSlot))
    return [pageOf(start, most, all).map((place) => view.get(listSlot(place)))]
  },
})
