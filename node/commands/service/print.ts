import path from 'node:path'
import process from 'node:process'

import { type Command, InvalidArgumentError } from 'commander'

import { systemdUnit } from '../../systemd-unit.ts'

interface PrintFlags {
  readonly user: string
  readonly data: string
  readonly config: string
}

export function configure(command: Command): void {
  command
    .option('--user <name>', 'of the system, whose node it is', userOf, 'pars')
    .option('--data <folder>', 'data folder', pathOf, '/var/lib/pars')
    .option('--config <file>', 'settings in TOML', pathOf, '/etc/pars/config.toml')
    .addHelpText(
      'after',
      `
  pars service print | sudo tee /etc/systemd/system/pars.service
  sudo systemctl daemon-reload && sudo systemctl enable --now pars`,
    )
    .action(({ user, data, config }: PrintFlags) => {
      const [, script = ''] = process.argv
      const program = [process.execPath, path.resolve(script)]
      process.stdout.write(systemdUnit({ program, user, data, config }))
    })
}

function pathOf(text: string): string {
  return path.resolve(text)
}

function userOf(text: string): string {
  if (/^[a-z_][a-z0-9_-]{0,30}$/.test(text)) return text
  throw new InvalidArgumentError('Give the name of a user of this system.')
}
