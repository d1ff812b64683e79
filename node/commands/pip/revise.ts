import type { Command } from 'commander'

import { soundFile } from '../../governance/files.ts'
import { submitPip } from '../../governance/submission.ts'
import { print, progress } from '../printing.ts'
import { addFromOptions, type FromFlags, openSender } from '../sending.ts'

export function configure(command: Command): void {
  command.argument('<file>', 'of the PIP').addHelpText(
    'after',
    `
By the author. In review the time of the review begins again. For example:
  pars pip revise PIPs/pip-0042-a-larger-block.md --from 0x…`,
  )
  addFromOptions(command).action(async (file: string, flags: FromFlags) => {
    const content = await soundFile(file)
    const sender = await openSender(flags)
    print(flags.json, await submitPip(sender, content, 'revise', progress(flags.json)))
  })
}
