/** Reads TypeScript as far as the house's own rules need it: words, strings and marks in a row. */

export interface Token {
  readonly kind: 'word' | 'string' | 'mark'
  /** A string's content without its quotes. */
  readonly text: string
}

// In this order: comments, strings, a template's chunks, words, and any other single character.
const lexeme =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|[\p{ID_Start}$_#][\p{ID_Continue}$]*|\d[\w.]*|\S/gu

// A slash opens a pattern, and not a quotient, wherever a value can't have ended just before.
const pattern = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/uy
const beforePattern = /^(?:[=(,:;!&|?{}[+\-*%<>~^]|return|case|of|in|typeof|void|await|yield)$/

/** The tokens of `source`; comments, patterns and the text of templates are left out. */
export function tokens(source: string): readonly Token[] {
  return new Lexer(source).all()
}

class Lexer {
  readonly #source: string
  readonly #tokens: Token[] = []
  /** Per open template: how many braces its current substitution still has to close. */
  readonly #templates: number[] = []

  constructor(source: string) {
    this.#source = source
  }

  all(): readonly Token[] {
    for (let at = 0; at < this.#source.length;) at = this.#next(at)
    return this.#tokens
  }

  #next(at: number): number {
    lexeme.lastIndex = at
    const match = lexeme.exec(this.#source)
    if (match === null) return this.#source.length
    const [text, single, double] = match
    if (text.startsWith('//') || text.startsWith('/*')) return lexeme.lastIndex
    const literal = single ?? double
    if (literal !== undefined) return this.#push('string', literal, lexeme.lastIndex)
    if (text === '`') return this.#template(match.index + 1)
    if (text === '/' && this.#canStartPattern()) {
      pattern.lastIndex = match.index
      if (pattern.test(this.#source)) return this.#push('mark', '/', pattern.lastIndex)
    }
    if (text === '}' && this.#templates.at(-1) === 0) {
      this.#templates.pop()
      return this.#template(lexeme.lastIndex)
    }
    if (text === '{' || text === '}') this.#count(text === '{' ? 1 : -1)
    return this.#push(/^[\p{ID_Start}$_#\d]/u.test(text) ? 'word' : 'mark', text, lexeme.lastIndex)
  }

  #push(kind: Token['kind'], text: string, end: number): number {
    this.#tokens.push({ kind, text })
    return end
  }

  #count(change: number): void {
    const depth = this.#templates.at(-1)
    if (depth !== undefined) this.#templates[this.#templates.length - 1] = depth + change
  }

  #canStartPattern(): boolean {
    const last = this.#tokens.at(-1)
    return last === undefined || (last.kind !== 'string' && beforePattern.test(last.text))
  }

  /** Skips a template's text up to its end, or into its next substitution. */
  #template(at: number): number {
    for (let index = at; index < this.#source.length; index++) {
      const character = this.#source[index]
      if (character === '\\') index++
      else if (character === '`') return this.#push('mark', '`', index + 1)
      else if (character === '$' && this.#source[index + 1] === '{') {
        this.#templates.push(0)
        return this.#push('mark', '{', index + 2)
      }
    }
    return this.#source.length
  }
}

/** What `source` imports, re-exports or requires by a literal name, in order. */
export function imports(source: string): readonly string[] {
  const row = tokens(source)
  return row.flatMap(({ kind, text }, index) => {
    if (kind !== 'string') return []
    const before = row[index - 1]
    const isCall = before?.text === '(' && before.kind === 'mark'
    const keyword = isCall ? row[index - 2] : before
    if (keyword?.kind !== 'word') return []
    const names = isCall ? ['import', 'require', 'resolve'] : ['from', 'import']
    return names.includes(keyword.text) ? [text] : []
  })
}

const faultCode = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/

/** The fault codes that `source` gives to a property `code`, in values and in types. */
export function faultCodes(source: string): readonly string[] {
  const row = tokens(source)
  const found = new Set<string>()
  for (const [index, { kind, text }] of row.entries()) {
    const isName = kind === 'word' && text === 'code'
    const mark = row[index + 1]?.text === '?' ? index + 2 : index + 1
    if (!isName || row[mark]?.text !== ':') continue
    for (const code of valueAt(row, mark + 1)) if (faultCode.test(code)) found.add(code)
  }
  return [...found]
}

/** The strings of the expression or type that starts at `start`. */
function valueAt(row: readonly Token[], start: number): readonly string[] {
  const strings: string[] = []
  let depth = 0
  for (const { kind, text } of row.slice(start)) {
    if (kind === 'string') strings.push(text)
    else if ('([{'.includes(text)) depth++
    else if (')]}'.includes(text)) depth--
    if (depth < 0 || (depth === 0 && kind === 'mark' && ',;'.includes(text))) break
  }
  return strings
}
