/** A site on the loopback with the strictest policy that lets its pages ask a node. */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'

import { bundle } from '../../../scripts/bundle.ts'

const html = (scripts: readonly string[]): string =>
  `<!doctype html><meta charset="utf-8"><title>A page</title>${scripts
    .map((script) => `<script type="module" src="/${script}.js"></script>`)
    .join('')}`

export class Site implements AsyncDisposable {
  readonly #server = createServer((request, response) => this.#answer(request.url, response))
  readonly #scripts = new Map<string, string>()
  /** Where pages may connect to, beside the site itself. */
  node = ''

  /** Serves `page/<name>.ts` as `/<name>.js`. */
  async listen(...names: readonly string[]): Promise<void> {
    const folder = path.join(import.meta.dirname, 'page')
    const bundled = names.map((name) => bundle(`export * from './${name}.ts'`, folder))
    for (const [index, text] of (await Promise.all(bundled)).entries()) {
      this.#scripts.set(`/${names[index]}.js`, text)
    }
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  [Symbol.asyncDispose](): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }

  #answer(url: string | undefined, response: ServerResponse): void {
    const script = this.#scripts.get(url ?? '')
    if (script !== undefined) {
      // For the sandboxed page, whose origin is none.
      response.setHeader('access-control-allow-origin', '*')
      response.setHeader('content-type', 'text/javascript').end(script)
      return
    }
    const policy = `default-src 'self'; connect-src 'self' ${this.node}`
    const isSandboxed = url === '/sandboxed'
    const sandbox = isSandboxed ? 'sandbox allow-scripts; ' : ''
    response.setHeader('content-security-policy', sandbox + policy)
    response.setHeader('content-type', 'text/html')
    response.end(html(isSandboxed ? ['wallet'] : ['application', 'wallet']))
  }
}
