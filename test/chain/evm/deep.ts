import { parentPort } from 'node:worker_threads'

/** Calls a plugin at the greatest depth, in a thread whose stack is a quarter of the usual. */
import { fixed, toBigInt, unhex } from '#base'

import { contract, plugin, stateful, worldOf } from './world.ts'

/** Uses a fair amount of native stack, then tells the depth of its call. */
const diving = stateful((_, view) => {
  const dive = (left: number): number => (left === 0 ? 0 : 1 + dive(left - 1))
  view.charge(BigInt(dive(2000)))
  return fixed(view.depth, 32)
})

/** Calls itself as often as its call data says, then the plugin, and returns what comes back. */
const recursive = unhex(
  '0x5f35801561001d57' +
    '60019003' +
    '5f52' +
    '60205f60205f5f305af150' +
    '60205ff3' +
    `5b60205f5f5f5f73${plugin.bytes.toHex()}5af150` +
    '60205ff3',
)

/** The depth that the plugin saw, or zero when it was not reached. */
export async function depthReached(calls: number): Promise<number> {
  const { call } = await worldOf({ plugins: [diving], code: [[contract, recursive]] })
  const { execResult } = await call(contract, fixed(calls, 32), { gasLimit: 10n ** 14n })
  return Number(toBigInt(execResult.returnValue))
}

if (parentPort !== null) {
  const depths = [await depthReached(0), await depthReached(1023), await depthReached(1024)]
  // A port between threads has no origin; the rule is about windows.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  parentPort.postMessage(depths)
}
