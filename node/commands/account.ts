import { Command } from 'commander'

import { exportCommand } from './account/export.ts'
import { importCommand } from './account/import.ts'
import { listCommand } from './account/list.ts'
import { newCommand } from './account/new.ts'
import { registerCommand } from './account/register.ts'
import { rotateCommand } from './account/rotate.ts'
import { showCommand } from './account/show.ts'
import { signCommand } from './account/sign.ts'

export function accountCommand(): Command {
  return new Command('account')
    .description('Keep keys in files under passwords, and change what they stand for.')
    .addCommand(newCommand())
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(importCommand())
    .addCommand(exportCommand())
    .addCommand(signCommand())
    .addCommand(registerCommand())
    .addCommand(rotateCommand())
}
