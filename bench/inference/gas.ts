import { sha3_256 } from '#crypto'
import { compile, execute, inferLimits, type ModelSpec, writeModel } from '#inference'

import { costs } from './clock.ts'
import { constant, programOf, type Single } from './single.ts'
import { elementwise, products } from './singles.ts'
import { bytes } from './subjects.ts'

/**
 * Prints what the prices of `infer` stand on: loading a model for each KiB, and for each operator how
 * many products and elements a microsecond of CPU time has, by the counts that are charged.
 */
export async function gas(): Promise<void> {
  console.log('\nloading, CPU us per KiB')
  for (const [name, model] of Object.entries(models())) {
    const tasks = {
      compile: () => compile(model, { limits: { ...inferLimits, modelBytes: model.length } }),
      hash: () => sha3_256(model),
    }
    const spent = await costs(tasks)
    const [read, hashed] = [spent.compile, spent.hash].map((time) => (time * 1024) / model.length)
    print(name, `${model.length} B`, read?.toFixed(2), `SHA3-256 ${hashed?.toFixed(2)}`)
  }
  await list('products', 'MACs/us', products, ({ macs }) => macs)
  await list('elements', 'elements/us', elementwise, ({ elements }) => elements)
}

async function list(
  title: string,
  unit: string,
  singles: readonly Single[],
  count: (cost: { readonly macs: number; readonly elements: number }) => number,
): Promise<void> {
  console.log(`\n${title}, ${unit}`)
  for (const single of singles) {
    const [program, input] = programOf(single)
    const { run } = await costs({ run: () => execute(program, input) })
    const speed = count(program.cost) / run
    const { macs, elements } = program.cost
    print(
      single.name,
      `${run.toFixed(0)} us`,
      speed.toFixed(1),
      `${macs} MACs, ${elements} elements`,
    )
  }
}

/** As large as a model may be: one tensor, and nodes with their names. */
function models(): Readonly<Record<string, Uint8Array>> {
  const w = { name: 'w', type: 'uint8', shape: [1020, 1020], data: bytes(1020 * 1020) } as const
  const product = { operator: 'MatMulInteger', inputs: ['x', 'w'], outputs: ['y'] }
  const nodes = Array.from({ length: 1000 }, (_, index) => ({
    operator: 'Add',
    inputs: [index === 0 ? 'c0' : `v${index - 1}`, `c${index}`],
    outputs: [index === 999 ? 'y' : `v${index}`],
  }))
  const initializers = nodes.map((_, index) => constant(`c${index}`, 'int32', [1, 8], [index]))
  return {
    'one matrix': writeModel({ ...ends(1020), initializers: [w], nodes: [product] }),
    '1,000 nodes': writeModel({ ...ends(8), initializers, nodes }),
  }
}

function ends(size: number): Pick<ModelSpec, 'opset' | 'inputs' | 'outputs'> {
  const shape = [1, size]
  return {
    opset: 13,
    inputs: [{ name: 'x', type: 'uint8', shape }],
    outputs: [{ name: 'y', type: 'int32', shape }],
  }
}

function print(name: string, ...columns: readonly (string | undefined)[]): void {
  const [first = '', second = '', ...rest] = columns
  console.log(`${name.padEnd(44)}${first.padStart(12)}${second.padStart(10)}  ${rest.join(' ')}`)
}
