/** What a node offers over JSON-RPC, and to whom, as its settings say. */
import { createSecureContext } from 'node:tls'

import { Fault } from '#base'
import { checkHost, isLoopback, limits, publicMethods, type RpcServerOptions } from '#rpc'

import { limits as nodeLimits } from './limits.ts'
import { readPrivate, readPublic } from './private-file.ts'

export interface OfferSettings {
  readonly host: string
  readonly trustsProxy?: boolean
  /** Files in PEM. */
  readonly tlsCertificate?: string | undefined
  readonly tlsKey?: string | undefined
  readonly httpMethods?: readonly string[] | undefined
  readonly wsMethods?: readonly string[] | undefined
  /** Units per second; 0 is no bound. */
  readonly rpcRate?: number | undefined
}

export type RpcOffer = Pick<RpcServerOptions, 'httpMethods' | 'rate' | 'tls' | 'wsMethods'>

/**
 * A rate that is set holds for the programs of this machine as well. Throws `RPC_NOT_LOOPBACK`,
 * `NODE_TLS`, `NODE_FILE` and `NODE_FILE_EXPOSED`.
 */
export async function rpcOffer(settings: OfferSettings): Promise<RpcOffer> {
  const { tlsCertificate, tlsKey, host, rpcRate = limits.rateUnits.value } = settings
  if ((tlsCertificate === undefined) !== (tlsKey === undefined)) {
    throw new Fault(
      { code: 'NODE_TLS', missing: tlsKey === undefined ? 'tls-key' : 'tls-certificate' },
      'a certificate and its key go together: give both',
    )
  }
  checkHost(host, tlsCertificate !== undefined)
  const http = settings.httpMethods ?? (isPublic(settings) ? publicMethods : undefined)
  const ws = settings.wsMethods ?? http
  const includesLocal = settings.rpcRate !== undefined
  return {
    ...(http === undefined ? {} : { httpMethods: http }),
    ...(ws === undefined ? {} : { wsMethods: ws }),
    ...(rpcRate === 0 ? {} : { rate: { perSecond: rpcRate, includesLocal } }),
    ...(tlsCertificate === undefined || tlsKey === undefined
      ? {}
      : { tls: await readCredentials(tlsCertificate, tlsKey) }),
  }
}

/** Strangers reach it: from beyond this machine, or through a proxy on it. */
function isPublic({ host, trustsProxy = false }: OfferSettings): boolean {
  return trustsProxy || !isLoopback(host)
}

/** Throws `NODE_TLS`, `NODE_FILE` and `NODE_FILE_EXPOSED`. */
export async function readCredentials(
  certificateFile: string,
  keyFile: string,
): Promise<NonNullable<RpcOffer['tls']>> {
  const most = nodeLimits.tlsBytes.value
  const certificate = textIn(await readPublic(certificateFile, most))
  const key = textIn(await readPrivate(keyFile, most))
  try {
    createSecureContext({ cert: certificate, key })
  } catch (error) {
    const reason = (error as { code?: string }).code ?? String(error)
    throw new Fault(
      { code: 'NODE_TLS', certificate: certificateFile, key: keyFile, reason },
      'give a certificate in PEM and the private key that belongs to it, without a password',
    )
  }
  return { certificate, key }
}

function textIn(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}
