import { type CompletedCommand, quoted, type ValueKind } from './tree.ts'

/** @see https://www.gnu.org/software/bash/manual/html_node/Programmable-Completion.html */
export function bashCompletion(commands: readonly CompletedCommand[]): string {
  const below = commands.slice(1).map(({ path }) => quoted(path))
  const values = commands.flatMap(({ path, options }) =>
    options.flatMap(({ names, value }) =>
      value === 'none'
        ? []
        : names.map((name) => `    ${quoted(`${path} ${name}`)}) ${take(value)} ;;\n`),
    ),
  )
  const words = commands.map((command) => `    ${quoted(command.path)}) ${offer(command)} ;;\n`)
  return `# bash completion of pars: source <(pars completion bash)
_pars() {
  local at=pars word=\${COMP_WORDS[COMP_CWORD]} words= i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$at \${COMP_WORDS[i]}" in
    ${below.join('|')}) at+=" \${COMP_WORDS[i]}" ;;
    esac
  done
  COMPREPLY=()
  case "$at \${COMP_WORDS[COMP_CWORD - 1]}" in
${values.join('')}  esac
  case $at in
${words.join('')}  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -F _pars pars
`
}

function take(value: Exclude<ValueKind, 'none'>): string {
  if (value === 'file') return 'compopt -o default; return'
  if (value === 'folder') return 'compopt -o dirnames; return'
  if (value === 'other') return 'return'
  return `mapfile -t COMPREPLY < <(compgen -W ${quoted(value.join(' '))} -- "$word"); return`
}

function offer({ commands, options, choices, takesFiles }: CompletedCommand): string {
  const words = [
    ...commands.map(({ name }) => name),
    ...choices,
    ...options.flatMap(({ names }) => names),
  ]
  return `${takesFiles ? 'compopt -o default; ' : ''}words=${quoted(words.join(' '))}`
}
