/** Texts in which nothing is hidden. */
import { maximumBytes } from './content.ts'
import type { Report } from './finding.ts'

/**
 * What no reader sees, or what makes them see another order than the one that is there. Joiners
 * stay: Persian spells with them; so does the selector that makes a symbol an emoji.
 *
 * @see Unicode Standard Annex #9, "Unicode Bidirectional Algorithm"
 */
const invisible =
  /(?!\u200c|\u200d|\ufe0f)[\p{Cc}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Bidi_Control}]/u

/** The lines of `content`, or undefined when it is no text at all. */
export function readLines(content: Uint8Array, report: Report): readonly string[] | undefined {
  if (content.length > maximumBytes) {
    report(1, 'size', `${content.length} bytes: shorten the text to ${maximumBytes}`)
    return undefined
  }
  const text = decode(content)
  if (text === undefined) {
    report(1, 'encoding', 'not UTF-8: save the file in this encoding')
    return undefined
  }
  const lines = text.replaceAll('\r\n', '\n').split('\n')
  if (text.includes('\r\n')) report(1, 'line-end', 'end each line with LF alone, without CR')
  if (lines.at(-1) !== '') report(lines.length, 'line-end', 'end the last line too with LF')
  else lines.pop()
  for (const [index, line] of lines.entries()) checkLine(line, index + 1, report)
  return lines
}

/** `json` with escapes in place of what no reader sees, and of all that is not in composed form. */
export function visibleJson(json: string): string {
  const hidden = json === json.normalize('NFC') ? new RegExp(invisible, 'gu') : /[^ -~]/gu
  return json.replaceAll(hidden, (character) =>
    Array.from({ length: character.length }, (_, index) => {
      return `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`
    }).join(''),
  )
}

function checkLine(line: string, at: number, report: Report): void {
  const [found] = invisible.exec(line) ?? []
  if (found !== undefined) {
    const point = found.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')
    report(at, 'character', `remove U+${point}, which no reader sees; a tab is written as spaces`)
  }
  if (line !== line.normalize('NFC')) {
    report(at, 'normal-form', 'write composed characters (Unicode form NFC)')
  }
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decode(content: Uint8Array): string | undefined {
  try {
    return strict.decode(content)
  } catch {
    return undefined
  }
}
