import { Fault } from '#base'

/** Throws `RPC_NOT_LOOPBACK`: without TLS only this machine may be served. */
export function checkHost(host: string, hasTls = false): void {
  if (hasTls || isLoopback(host)) return
  throw new Fault(
    { code: 'RPC_NOT_LOOPBACK', host },
    'listen on 127.0.0.1 or ::1, or give tls-certificate and tls-key',
  )
}

export function isLoopback(host: string): boolean {
  return /^(?:127(?:\.\d{1,3}){3}|::1)$/.test(host)
}
