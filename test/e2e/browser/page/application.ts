/** An application that knows no Pars: it finds a wallet by EIP-6963 and uses viem and ethers. */
import { BrowserProvider, type Eip1193Provider, getBytes } from 'ethers'
import { createWalletClient, custom, type EIP1193Provider, type Hex, parseEther } from 'viem'

import { outcomeOf } from './outcome.ts'

interface Announced {
  readonly info: { readonly name: string; readonly rdns: string }
  readonly provider: Eip1193Provider & EIP1193Provider
}

const found: Announced[] = []
const events: string[] = []
const page = globalThis as unknown as EventTarget
page.addEventListener('eip6963:announceProvider', (event) => {
  const announced = (event as CustomEvent<Announced>).detail
  found.push(announced)
  for (const name of ['connect', 'disconnect'] as const) {
    announced.provider.on(name, () => events.push(name))
  }
})
page.dispatchEvent(new Event('eip6963:requestProvider'))

const provider = () => found.at(-1)!.provider
const transport = () => custom(provider(), { retryCount: 0 })
const signerOf = async () =>
  new BrowserProvider(provider(), undefined, { polling: true }).getSigner()

const application = {
  found: () => found.map(({ info }) => info),
  events: (): readonly string[] => events.splice(0),
  request: (method: string, ...params: unknown[]) =>
    outcomeOf(() => provider().request({ method, params } as never) as Promise<unknown>),
  requestAtOnce: (requests: readonly { method: string; params: unknown[] }[]) =>
    Promise.all(
      requests.map((one) => outcomeOf(() => provider().request(one as never) as Promise<unknown>)),
    ),

  viem: (account: Hex, request: { to?: Hex; ether: string; gas?: number }) =>
    outcomeOf(() =>
      createWalletClient({ account, transport: transport() }).sendTransaction({
        ...(request.to === undefined ? {} : { to: request.to }),
        value: parseEther(request.ether),
        ...(request.gas === undefined ? {} : { gas: BigInt(request.gas) }),
        chain: null,
      }),
    ),
  viemSign: (account: Hex, message: string) =>
    outcomeOf(() =>
      createWalletClient({ account, transport: transport() }).signMessage({ message }),
    ),
  viemSwitch: (id: number) =>
    outcomeOf(() => createWalletClient({ transport: transport() }).switchChain({ id })),

  ethers: (request: { to: Hex; ether: string; gasLimit?: number }) =>
    outcomeOf(async () => {
      const { ether, ...fields } = request
      const signer = await signerOf()
      return signer.sendUncheckedTransaction({ ...fields, value: parseEther(ether) })
    }),
  ethersSign: (message: Hex) =>
    outcomeOf(async () => (await signerOf()).signMessage(getBytes(message))),
}

export type ApplicationPage = typeof application

Object.assign(globalThis, { application })
