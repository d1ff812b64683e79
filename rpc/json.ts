import { RpcFault } from './errors.ts'

const quote = 0x22
const backslash = 0x5c

/**
 * Parses JSON after a scan that bounds nesting and the number of values: both are decided before
 * anything is built. Throws `RPC_PARSE` or `RPC_REQUEST_INVALID`.
 *
 * @see RFC 8259 §9
 */
export function parseJson(
  text: string,
  bounds: { readonly requestDepth: number; readonly requestValues: number },
): unknown {
  scan(text, bounds.requestDepth, bounds.requestValues)
  try {
    return JSON.parse(text)
  } catch {
    throw new RpcFault({ code: 'RPC_PARSE' }, 'parse error: the body is not JSON')
  }
}

function scan(text: string, mostDepth: number, mostValues: number): void {
  let depth = 0
  let values = 1
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case quote:
        at = stringEnd(text, at)
        break
      case 0x5b: // [
      case 0x7b: // {
        values++
        if (++depth > mostDepth) {
          throw new RpcFault(
            { code: 'RPC_REQUEST_INVALID', depth: mostDepth },
            `invalid request: nest JSON at most ${mostDepth} levels deep`,
          )
        }
        break
      case 0x5d: // ]
      case 0x7d: // }
        depth--
        break
      case 0x2c: // ,
        values++
        break
      default:
    }
    if (values > mostValues) {
      throw new RpcFault(
        { code: 'RPC_REQUEST_INVALID', values: mostValues },
        `invalid request: send at most ${mostValues} JSON values at once`,
      )
    }
  }
}

/** Index of the quote that ends the string which starts at `start`; the length when none does. */
function stringEnd(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let escapes = 0
    while (text.charCodeAt(end - 1 - escapes) === backslash) escapes++
    if (escapes % 2 === 0) return end
  }
  return text.length
}
