/** Computes with the kernel's face in a thread without WebAssembly. */
import { parentPort, workerData } from 'node:worker_threads'

import { convInteger, type ConvShape, denseInteger } from '../../inference/kernel/index.ts'
import { machine } from '../../inference/kernel/machine.ts'

export interface Question {
  readonly a: Uint8Array
  readonly b: Int8Array
  readonly k: number
  readonly shape: ConvShape
}

Reflect.deleteProperty(globalThis, 'WebAssembly')
const { a, b, k, shape } = workerData as Question
const dense = denseInteger(a, b, a.length / k, k, b.length / k, 7, -3)
const conv = convInteger(a, b, shape, 7, -3)
const hasMachine = machine() !== undefined
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port has no origin
parentPort?.postMessage({ hasMachine, dense, conv })
