import { Fault, isFault } from '#base'
import type { RpcServer } from '#rpc'

/** Gives the URL. Throws `NODE_PORT`, `RPC_NOT_LOOPBACK`. */
export async function listen(
  server: RpcServer,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<string> {
  try {
    return await server.listen({ host, port })
  } catch (error) {
    const reason = (error as { code?: string }).code
    if (isFault(error) || reason === undefined) throw error
    throw new Fault(
      { code: 'NODE_PORT', host, port, reason },
      'another program uses this port: stop it or choose one with --port',
    )
  }
}
