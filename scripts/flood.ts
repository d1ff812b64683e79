/**
 * A million transactions from a hundred clients against the pool, as `npm run flood` offers them. Prints
 * what they cost, and ends with 1 where that is more than the limits say.
 */
import { campaign, ceilings, excesses } from '../test/chain/attacks/campaign.ts'
import { clients } from '../test/chain/attacks/flood.ts'

const report = await campaign(1_000_000, 40_000)
const most = ceilings(report)
const mib = (bytes: number): string => `${(bytes / (1024 * 1024)).toFixed(1)} MiB`
const { offered, rounds, answers, verifications, each } = report
console.log(`${offered} offered by ${clients} clients over ${rounds} blocks`)
console.log(`answers: ${[...answers].map(([code, count]) => `${code} ${count}`).join(', ')}`)
console.log(`verifications: ${verifications} of ${most.verifications} that the rates allow`)
console.log(`at once: ${report.most.running} verified, ${report.most.waiting} slots waiting`)
console.log(`in the pool: ${report.most.size} transactions, ${mib(report.most.bytes)}`)
console.log(`memory kept: ${mib(report.kept)} of ${mib(most.kept)}`)
console.log(`processor time: ${each.toFixed(0)} of ${most.each} µs for each offer`)
console.log(`verifications before the honest one: ${Math.max(...report.waits)} of ${most.turns}`)
console.log(
  `honest transactions sealed after ${Math.max(...report.delays)} of ${most.blocks} blocks`,
)
const found = excesses(report)
const slow = each > most.each ? [`processor time: ${each}, at most ${most.each}`] : []
for (const excess of [...found, ...slow]) console.error(`too much of ${excess}`)
if (found.length + slow.length > 0) process.exitCode = 1
