/** onnxruntime as a second opinion: bounded in time, memory and output, and never a part of consensus. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import process from 'node:process'

import { Fault } from '#base'

import { limits } from './limits.ts'

type NamedData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array

/** A tensor by the name that the model gives it. */
export interface Named {
  readonly name: string
  readonly type: string
  readonly shape: readonly number[]
  readonly data: NamedData
}

/** What the process is sent. */
export interface Task {
  readonly model: Uint8Array
  readonly inputs: readonly Named[]
  /** Bytes of all outputs. */
  readonly most: number
}

/** What the process says. */
export type Answered = { readonly outputs: readonly Named[] } | { readonly problem: string }

export interface RunLimits {
  readonly milliseconds: number
  /** Bytes. */
  readonly memory: number
  /** Bytes. */
  readonly output: number
}

const usual: RunLimits = {
  milliseconds: limits.runTime.value,
  memory: limits.runMemory.value,
  output: limits.runOutput.value,
}

/**
 * The model's outputs. Throws `MODEL_DEADLINE`, `MODEL_MEMORY`, `MODEL_CRASHED` with the signal that
 * ended the process, and `MODEL_RUNTIME` with onnxruntime's own words.
 */
export async function runOnnxruntime(
  model: Uint8Array,
  inputs: readonly Named[],
  { milliseconds, memory, output }: RunLimits = usual,
): Promise<readonly Named[]> {
  // A model may name files relative to where it runs: there are none.
  const folder = await mkdtemp(path.join(tmpdir(), 'pars-onnxruntime-'))
  const child = start(folder, memory)
  try {
    const answered = await conversation(
      child,
      { model, inputs, most: output },
      milliseconds,
      memory,
    )
    if ('outputs' in answered) return answered.outputs
    throw new Fault({ code: 'MODEL_RUNTIME', reason: answered.problem }, 'onnxruntime refuses it')
  } finally {
    child.kill('SIGKILL')
    await rm(folder, { recursive: true, force: true })
  }
}

const prlimit = '/usr/bin/prlimit'
/** What Node takes from the system before any model, most of it never used. */
const ownBytes = 2_147_483_648

function start(folder: string, memory: number): ChildProcess {
  const entry = `onnxruntime-process${path.extname(import.meta.filename)}`
  const heap = `--max-old-space-size=${Math.ceil(memory / 2 ** 20)}`
  const line = [process.execPath, heap, path.join(import.meta.dirname, entry)]
  // Ends what grows between two looks at the process, where the system has it.
  const bound = existsSync(prlimit) ? [prlimit, `--data=${memory + ownBytes}`, '--core=0'] : []
  const [program = '', ...parameters] = [...bound, ...line]
  return spawn(program, parameters, {
    cwd: folder,
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization: 'advanced',
  })
}

const watchEvery = 50

function conversation(
  child: ChildProcess,
  task: Task,
  milliseconds: number,
  memory: number,
): Promise<Answered> {
  const { promise, resolve, reject } = Promise.withResolvers<Answered>()
  const deadline = setTimeout(() => reject(late(milliseconds)), milliseconds)
  const look = async (): Promise<void> => {
    if ((await residentBytes(child.pid)) > memory) reject(tooLarge(memory))
  }
  const watch = setInterval(() => void look(), watchEvery)
  child.once('message', (answered) => resolve(answered as Answered))
  child.once('error', (error) => reject(crashed(error.message)))
  child.once('close', (code, signal) => {
    reject(code === outOfMemory ? tooLarge(memory) : crashed(signal ?? `exit code ${code}`))
  })
  child.send(task, (error) => {
    if (error !== null) reject(crashed(error.message))
  })
  return promise.finally(() => {
    clearTimeout(deadline)
    clearInterval(watch)
  })
}

/** V8 ends a process like this whose heap is full: 128 + SIGABRT, told by a shell or by node. */
const outOfMemory = 134

/** 0 where the system does not tell. */
async function residentBytes(pid: number | undefined): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0) * 1024
}

function late(milliseconds: number): Fault {
  return new Fault(
    { code: 'MODEL_DEADLINE', milliseconds },
    'the model takes longer than it may, or never ends',
  )
}

function tooLarge(bytes: number): Fault {
  return new Fault({ code: 'MODEL_MEMORY', bytes }, 'the model takes more memory than it may')
}

function crashed(how: string): Fault {
  return new Fault(
    { code: 'MODEL_CRASHED', how },
    'onnxruntime’s process ended with the model: do not trust the model',
  )
}
