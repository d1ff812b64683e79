import { type CompletedCommand, quoted, type ValueKind } from './tree.ts'

/** @see https://zsh.sourceforge.io/Doc/Release/Completion-System.html */
export function zshCompletion(commands: readonly CompletedCommand[]): string {
  const below = commands.slice(1).map(({ path }) => quoted(path))
  const values = commands.flatMap(({ path, options }) =>
    options.flatMap(({ names, value }) =>
      value === 'none'
        ? []
        : names.map((name) => `    (${quoted(`${path} ${name}`)}) ${take(value)}; return ;;\n`),
    ),
  )
  const words = commands.map((command) => `    (${quoted(command.path)}) ${offer(command)} ;;\n`)
  return `#compdef pars
# zsh completion of pars: source <(pars completion zsh)
_pars() {
  local at=pars word
  local -a offered flags
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$at $word" in
    (${below.join('|')}) at+=" $word" ;;
    esac
  done
  case "$at \${words[CURRENT-1]}" in
${values.join('')}  esac
  case $at in
${words.join('')}  esac
  _describe -t commands command offered
  _describe -o option flags
}
compdef _pars pars
`
}

function take(value: Exclude<ValueKind, 'none'>): string {
  if (value === 'file') return '_files'
  if (value === 'folder') return '_files -/'
  return value === 'other' ? ':' : `compadd -- ${value.map(quoted).join(' ')}`
}

function offer({ commands, options, choices, takesFiles }: CompletedCommand): string {
  const words = [
    ...commands.map(({ name, description }) => described(name, description)),
    ...choices.map(quoted),
  ]
  const flags = options.flatMap(({ names, description }) =>
    names.map((name) => described(name, description)),
  )
  return `${takesFiles ? '_files; ' : ''}offered=(${words.join(' ')}) flags=(${flags.join(' ')})`
}

/** A colon ends the word. */
function described(word: string, description: string): string {
  return quoted(`${word.replaceAll(':', String.raw`\:`)}:${description}`)
}
