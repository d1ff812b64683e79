import type { Command } from 'commander'

import { soundFile } from '../../governance/files.ts'
import { submitPip } from '../../governance/submission.ts'
import { print, progress } from '../printing.ts'
import { addFromOptions, type FromFlags, openSender } from '../sending.ts'

export function configure(command: Command): void {
  command.argument('<file>', 'of the PIP').addHelpText(
    'after',
    `
The chunks of the text go up first. What the chain has already is not sent again: after an
interruption the same line goes on. For example:
  pars pip submit PIPs/pip-0042-a-larger-block.md --from 0x…`,
  )
  addFromOptions(command).action(async (file: string, flags: FromFlags) => {
    const content = await soundFile(file)
    const sender = await openSender(flags)
    print(flags.json, await submitPip(sender, content, 'submit', progress(flags.json)))
  })
}
