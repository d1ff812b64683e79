import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { networkInterfaces } from 'node:os'

/** Why there is no multicast to test with, or undefined. */
export async function multicastMissing(): Promise<string | undefined> {
  if (networkInterfaces()['lo'] === undefined) return 'no interface is named lo'
  const socket = createSocket({ type: 'udp4', reuseAddr: true })
  try {
    socket.bind(0)
    await once(socket, 'listening')
    socket.addMembership('239.192.80.1', '127.0.0.1')
    return undefined
  } catch {
    return 'the loopback of this machine knows no multicast'
  } finally {
    socket.close()
  }
}
