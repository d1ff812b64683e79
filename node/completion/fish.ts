import { type CompletedCommand, type CompletedOption } from './tree.ts'

/** @see https://fishshell.com/docs/current/cmds/complete.html */
export function fishCompletion(commands: readonly CompletedCommand[]): string {
  const below = commands.slice(1).map(({ path }) => fishQuoted(path))
  return `# fish completion of pars: pars completion fish | source
function __pars_at
  set -l at pars
  for word in (commandline -opc)[2..]
    if contains -- "$at $word" ${below.join(' ')}
      set at "$at $word"
    end
  end
  test "$at" = "$argv[1]"
end
complete -c pars -f
${commands.flatMap(linesOf).join('\n')}
`
}

function linesOf({ path, commands, options, choices, takesFiles }: CompletedCommand): string[] {
  const start = `complete -c pars -n ${fishQuoted(`__pars_at "${path}"`)}`
  return [
    ...commands.map(
      ({ name, description }) => `${start} -a ${fishQuoted(name)} -d ${fishQuoted(description)}`,
    ),
    ...choices.map((choice) => `${start} -a ${fishQuoted(choice)}`),
    ...options.map((option) => `${start} ${flagsOf(option)}`),
    ...(takesFiles ? [`${start} -F`] : []),
  ]
}

function flagsOf({ names, description, value }: CompletedOption): string {
  const flags = names.map((name) =>
    name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`,
  )
  return [...flags, takes(value), `-d ${fishQuoted(description)}`].filter(Boolean).join(' ')
}

function takes(value: CompletedOption['value']): string {
  if (value === 'none') return ''
  if (value === 'file') return '-r -F'
  if (value === 'folder') return `-x -a '(__fish_complete_directories)'`
  return value === 'other' ? '-x' : `-x -a ${fishQuoted(value.join(' '))}`
}

/** Inside its quotes, fish knows two escapes. */
function fishQuoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
