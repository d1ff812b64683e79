/** A real Chromium without a window, with a profile of its own. */
import { existsSync } from 'node:fs'

import { type BrowserContext, chromium, type Page } from 'playwright-core'

import type { ApplicationPage } from './page/application.ts'
import type { WalletPage } from './page/wallet.ts'

const executablePath = '/usr/bin/chromium'

/** Why there is no browser here, or undefined where there is. */
export const absent = existsSync(executablePath)
  ? undefined
  : `no ${executablePath}: apt-get install chromium`

/** `platform`: WebCrypto has ML-DSA; `page`: it has none. */
export type Keeping = 'page' | 'platform'

export async function startChromium(profile: string, keeping: Keeping): Promise<BrowserContext> {
  const switched = keeping === 'platform' ? 'enable' : 'disable'
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    args: [
      '--no-sandbox',
      '--host-resolver-rules=MAP insecure.test 127.0.0.1',
      `--${switched}-features=WebCryptoPQC`,
    ],
  })
  if (keeping === 'page') await context.addInitScript(removeMlDsa)
  return context
}

/** Runs in the page. Later releases may have no switch any more. */
function removeMlDsa(): void {
  const prototype = Object.getPrototypeOf(crypto.subtle)
  for (const name of ['generateKey', 'importKey', 'sign', 'verify']) {
    const original = prototype[name]
    prototype[name] = function (...parameters: unknown[]) {
      if (!JSON.stringify(parameters).includes('ML-DSA')) return original.apply(this, parameters)
      return Promise.reject(new DOMException('Unrecognized name', 'NotSupportedError'))
    }
  }
}

type Functions = Readonly<Record<string, (...parameters: never[]) => unknown>>

/** Calls what a script of the page has put there under its name. */
function scriptOf<Script extends Functions>(page: Page, script: string) {
  return async <Name extends keyof Script & string>(
    name: Name,
    ...parameters: Parameters<Script[Name]>
  ): Promise<Awaited<ReturnType<Script[Name]>>> => {
    await page.waitForFunction((wanted) => wanted in globalThis, script)
    return page.evaluate(
      ([from, wanted, given]) => {
        const functions = (globalThis as unknown as Record<string, Functions>)[from]
        return functions?.[wanted]?.(...(given as never[]))
      },
      [script, name, parameters] as const,
    ) as Promise<Awaited<ReturnType<Script[Name]>>>
  }
}

export const walletOf = (page: Page) => scriptOf<WalletPage>(page, 'wallet')
export const applicationOf = (page: Page) => scriptOf<ApplicationPage>(page, 'application')
