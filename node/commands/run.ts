import type { Command } from 'commander'

import { createLog } from '../log.ts'
import { committeeOptions, readyFacts } from './committee.ts'
import { addNodeOptions, networkIn, nodeSettings, runOptions, usualSettings } from './options.ts'

export function configure(command: Command): void {
  addNodeOptions(command).action(async () => {
    const settings = await nodeSettings(command, usualSettings.run)
    const { genesis, data } = await networkIn(settings)
    const log = createLog({ format: settings.config.logFormat, level: settings.config.logLevel })
    // A command that runs no node should not wait for what only a node needs.
    const { serve } = await import('./serve.ts')
    const committee = await committeeOptions(settings.config, { genesis, data })
    await serve(
      { ...runOptions(settings.config), committee, genesis, data, devKeys: false, log },
      (node) => log.info('ready', readyFacts(node, genesis)),
    )
  })
}
