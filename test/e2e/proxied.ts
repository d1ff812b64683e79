/** Validators that reach each other through proxies alone. */
import { readFileSync, writeFileSync } from 'node:fs'

import type { Place } from '../../node/devnet/build.ts'
import { type Observer, TcpProxy } from './tcp-proxy.ts'

/** Where the other nodes reach it. */
export function listeningPort({ config }: Place): number {
  return Number(/^listen = .*\/tcp\/(\d+)"/m.exec(readFileSync(config, 'utf8'))?.[1])
}

/**
 * Puts a proxy in front of each validator and tells the others that address, and no other. To be
 * called before they start.
 */
export async function proxied(
  places: readonly Place[],
  observe: () => Observer,
): Promise<readonly TcpProxy[]> {
  const configs = places.map(({ config }) => readFileSync(config, 'utf8'))
  const ports = places.map(listeningPort)
  const proxies = await Promise.all(ports.map((port) => TcpProxy.to(port, observe)))
  for (const [index, text] of configs.entries()) {
    const told = text.replace(/^peers = .*$/m, (line) =>
      line.replaceAll(
        /\/tcp\/(\d+)\//g,
        (_, port) => `/tcp/${proxies[ports.indexOf(Number(port))]!.port}/`,
      ),
    )
    const announce = `announce = ["/ip4/127.0.0.1/tcp/${proxies[index]!.port}"]\n`
    writeFileSync(places[index]!.config, told + announce)
  }
  return proxies
}
