import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { setTimeout } from 'node:timers/promises'

import { isFault } from '#base'
import { type ModelSpec, writeModel } from '#inference'

import { type RunLimits, runOnnxruntime } from '../../../node/models/onnxruntime.ts'

const int32 = (name: string, ...values: readonly number[]) => ({
  name,
  type: 'int32' as const,
  shape: [values.length],
  data: Int32Array.from(values),
})
const sizes = (name: string, ...values: readonly number[]) => ({
  name,
  type: 'int64' as const,
  shape: [values.length],
  data: BigInt64Array.from(values, BigInt),
})
const zeros = { value: { tensor: { type: 'uint8' as const, shape: [1], data: new Uint8Array(1) } } }

function model(spec: Partial<ModelSpec>): Uint8Array {
  return writeModel({ opset: 13, inputs: [], outputs: [], nodes: [], ...spec })
}

const quotient = model({
  inputs: [{ name: 'a', type: 'int32', shape: [1] }],
  outputs: [{ name: 'c', type: 'int32', shape: [1] }],
  initializers: [int32('b', -1)],
  nodes: [{ operator: 'Div', inputs: ['a', 'b'], outputs: ['c'] }],
})

const filled = (...shape: readonly number[]): Uint8Array =>
  model({
    outputs: [{ name: 'a', type: 'uint8', shape }],
    initializers: [sizes('shape', ...shape)],
    nodes: [{ operator: 'ConstantOfShape', inputs: ['shape'], outputs: ['a'], attributes: zeros }],
  })

/** Half a million million multiplications. */
const endless = model({
  outputs: [{ name: 'c', type: 'int32', shape: [8192, 8192] }],
  initializers: [sizes('shape', 8192, 8192)],
  nodes: [
    { operator: 'ConstantOfShape', inputs: ['shape'], outputs: ['a'], attributes: zeros },
    { operator: 'MatMulInteger', inputs: ['a', 'a'], outputs: ['c'] },
  ],
})

const usual: RunLimits = { milliseconds: 30_000, memory: 2 ** 31, output: 2 ** 20 }

async function refusal(bytes: Uint8Array, limits: Partial<RunLimits>, value?: number) {
  const inputs = value === undefined ? [] : [int32('a', value)]
  try {
    await runOnnxruntime(bytes, inputs, { ...usual, ...limits })
  } catch (error) {
    if (isFault(error)) return error.facts as { readonly code: string; readonly how?: string }
    throw error
  }
  return { code: 'none' }
}

describe('onnxruntime in a process of its own', function () {
  this.timeout(60_000)

  it('answers, and leaves nothing behind', async () => {
    const before = left()
    const [output] = await runOnnxruntime(quotient, [int32('a', 7)], usual)
    assert.deepEqual(output, { name: 'c', type: 'int32', shape: [1], data: Int32Array.of(-7) })
    assert.deepEqual(left(), before)
  })

  it('may crash: the signal is told', async () => {
    const { code, how } = await refusal(quotient, {}, -(2 ** 31))
    assert.deepEqual([code, how], ['MODEL_CRASHED', 'SIGFPE'])
  })

  it('is ended at its deadline', async () => {
    assert.equal((await refusal(endless, { milliseconds: 3_000 })).code, 'MODEL_DEADLINE')
  })

  it('hands over no more than it may', async () => {
    assert.equal((await refusal(filled(2 ** 20 + 1), {})).code, 'MODEL_RUNTIME')
    assert.equal((await refusal(filled(2 ** 20), {})).code, 'none')
  })

  it('takes no more memory than it may', async () => {
    const memory = 2 ** 29
    const { code } = await refusal(filled(2 ** 32), { memory, output: 2 ** 33 })
    assert.match(code, /^MODEL_(?:CRASHED|MEMORY|RUNTIME)$/)
    assert.equal((await refusal(filled(2 ** 30), { memory, output: 2 ** 31 })).code, 'MODEL_MEMORY')
    assert.equal((await refusal(quotient, { memory }, 7)).code, 'none')
  })

  it('finds no file by a relative path', async () => {
    const reader = model({
      outputs: [{ name: 'b', type: 'uint8', shape: [4] }],
      initializers: [{ name: 'a', type: 'uint8', shape: [4], root: 'package.json' }],
      nodes: [{ operator: 'Identity', inputs: ['a'], outputs: ['b'] }],
    })
    assert.equal((await refusal(reader, {})).code, 'MODEL_RUNTIME')
  })

  it('ends with who started it, however that ends', async function () {
    if (process.platform !== 'linux') this.skip()
    const folder = mkdtempSync(path.join(tmpdir(), 'pars-model-'))
    after(() => rmSync(folder, { recursive: true }))
    const file = path.join(folder, 'endless.onnx')
    writeFileSync(file, endless)
    const module = path.join(import.meta.dirname, '../../../node/models/onnxruntime.ts')
    const script = `
      import { readFileSync } from 'node:fs'
      import { runOnnxruntime } from ${JSON.stringify(module)}
      await runOnnxruntime(readFileSync(${JSON.stringify(file)}), [])`
    const parent = spawn(process.execPath, ['--input-type=module', '--eval', script])
    const children = `/proc/${parent.pid}/task/${parent.pid}/children`
    const child = await until(() => Number(readFileSync(children, 'utf8')) || undefined)
    // The multiplication has begun: the main thread hears of nothing any more.
    await until(() => threadTime(child) > 100 || undefined)
    const place = readlinkSync(`/proc/${child}/cwd`)
    parent.kill('SIGKILL')
    await until(() => !existsSync(`/proc/${child}`) || undefined)
    rmSync(place, { recursive: true })
  })

  it('refuses what is no model', async () => {
    assert.equal((await refusal(new Uint8Array(9), {})).code, 'MODEL_RUNTIME')
  })
})

/** Hundredths of a second that a process has computed. */
function threadTime(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[13])
}

/** A test's timeout ends it. */
async function until<Result>(look: () => Result | undefined): Promise<Result> {
  for (;;) {
    const found = look()
    if (found !== undefined) return found
    await setTimeout(50)
  }
}

function left(): readonly string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('pars-onnxruntime-'))
}
