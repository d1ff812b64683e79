import { costs } from './inference/clock.ts'
import { gas } from './inference/gas.ts'
import { subjects } from './inference/subjects.ts'

/**
 * Prints what models cost, CPU time of one run, on pars-int-1 with its kernel and on onnxruntime, in
 * WebAssembly and native, one thread each; then what the prices of `infer` stand on. Marks where
 * pars-int-1 is not the faster one in WebAssembly.
 */
export async function inference(): Promise<void> {
  print(['CPU us', 'pars', 'ort-web', 'ort-node', 'to web', 'to node', 'GMAC/s'])
  for (const { name, macs, run } of await subjects()) {
    const { pars, web, node } = await costs(run)
    const ratios = [web / pars, node / pars].map((ratio) => `${ratio.toFixed(2)}x`)
    const times = [pars, web, node].map((time) => time.toFixed(0))
    print([name, ...times, ...ratios, (macs / pars / 1000).toFixed(1)], web <= pars)
  }
  await gas()
}

function print([name = '', ...columns]: readonly string[], isSlower = false): void {
  const numbers = columns.map((column) => column.padStart(10)).join('')
  console.log(`${name.padEnd(44)}${numbers}${isSlower ? '  not faster than ort-web' : ''}`)
}
