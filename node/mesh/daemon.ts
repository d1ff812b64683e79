import path from 'node:path'

import { z } from 'zod'

import { type Clock, equal, Fault, isFault, type Log, type Random } from '#base'
import {
  addressFromText,
  addressText,
  type Content,
  type Link,
  type MeshIdentity,
  MeshNode,
} from '#mesh'
import { openLevel, type Store } from '#storage'

import { openIpc } from '../ipc.ts'
import { limits } from '../limits.ts'
import { makePrivateFolder } from '../private-file.ts'
import { Control, controlMethod } from './control.ts'
import { openMeshIdentity } from './identity.ts'
import { Inbox } from './inbox.ts'
import { decodeLetter, decodeMessage, type Letter, type Message } from './letters.ts'
import { type MediaPorts, openMedium } from './media/index.ts'
import { Outbox } from './outbox.ts'
import { mostNumber, Shelf } from './shelf.ts'

export interface DaemonOptions {
  readonly data: string
  /** As `openMedium` takes them. */
  readonly media: readonly string[]
  readonly network: MediaPorts['network']
  /** Whether the address is announced; else only who knows it can ask for it. */
  readonly isPublic: boolean
  readonly relays: boolean
  readonly isClockTrusted: boolean
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

const shelfLimits = { items: limits.meshItems.value, bytes: limits.meshBytes.value }
const inboxLimits = {
  ...shelfLimits,
  share: limits.meshShare.value,
  seen: limits.meshSeen.value,
}

/** A node of the mesh as a process: what was received and what is to be sent on disk, and a socket. */
export class MeshDaemon {
  readonly identity: MeshIdentity
  readonly #options: DaemonOptions
  readonly #store: Store
  readonly #inbox: Inbox
  readonly #node: MeshNode
  readonly #control: Control
  #outbox: Outbox | undefined
  #ipc: AsyncDisposable | undefined

  private constructor(options: DaemonOptions, store: Store, inbox: Inbox, identity: MeshIdentity) {
    this.#options = options
    this.#store = store
    this.#inbox = inbox
    this.identity = identity
    this.#control = new Control(this.#methods(), options.log)
    const { clock, random, relays } = options
    this.#node = new MeshNode({
      clock,
      random,
      relays,
      clockIsTrusted: () => options.isClockTrusted,
      linked: (link) => {
        link.receive = (object) => this.#receive(link, object)
      },
    })
  }

  /** Throws `STORE_LOCKED`, `NODE_FILE`, `NODE_IPC`, `MESH_MEDIUM` and others. */
  static async start(options: DaemonOptions): Promise<MeshDaemon> {
    const { data, clock, random, log } = options
    await makePrivateFolder(data)
    const store = await openLevel(path.join(data, 'store'))
    let daemon: MeshDaemon | undefined
    try {
      const identity = await openMeshIdentity(data, { clock, random })
      const inbox = await Inbox.open(store, inboxLimits)
      daemon = new MeshDaemon(options, store, inbox, identity)
      for (const described of options.media) await daemon.#attach(described)
      daemon.#node.serve(identity, { isPublic: options.isPublic })
      const shelf = await Shelf.open(store, 'outbox', shelfLimits)
      daemon.#ipc = await openIpc(daemon.#control, { data, log })
      const ports = { clock, random, log, node: daemon.#node, identity, shelf }
      daemon.#outbox = await Outbox.open(ports)
      return daemon
    } catch (error) {
      await (daemon?.stop() ?? store.close())
      throw error
    }
  }

  async stop(): Promise<void> {
    // A socket closes once its last connection has.
    this.#control.stop()
    await this.#ipc?.[Symbol.asyncDispose]()
    await Promise.all([this.#outbox?.stop(), this.#node.stop()])
    await this.#store.close()
  }

  async #attach(described: string): Promise<string> {
    const { clock, random, log, network } = this.#options
    const medium = openMedium(described, { clock, random, log, network })
    await this.#node.attach(medium)
    log.info('medium', { name: medium.name, kind: medium.kind })
    return medium.name
  }

  /** The receipt goes to the sender once it is on disk, also when it was there before. */
  async #receive(link: Link, object: Uint8Array): Promise<void> {
    const { clock, log } = this.#options
    let message: Message
    try {
      message = decodeMessage(object)
    } catch (error) {
      if (!isFault(error, 'MESH_MALFORMED')) throw error
      link.close()
      return
    }
    const address = link.peer
    const number = await this.#inbox.add({
      ...message,
      at: clock.now(),
      address,
      isAnonymous: address === undefined,
    })
    if (number === undefined) return
    const from = address === undefined ? 'anonymous' : addressText(address)
    log.info('received', { number, kind: message.content.kind, from })
  }

  #methods(): ConstructorParameters<typeof Control>[0] {
    const none = z.tuple([])
    const number = z.int().positive().max(mostNumber)
    const after = z.tuple([z.int().nonnegative().max(mostNumber)])
    return {
      mesh_status: controlMethod(none, () => this.#status()),
      mesh_media: controlMethod(none, () => this.#media()),
      mesh_attach: controlMethod(z.tuple([z.string()]), ([text]) => this.#attach(text)),
      mesh_detach: controlMethod(z.tuple([z.string()]), ([name]) => this.#node.detach(name)),
      mesh_announce: controlMethod(none, () => this.#announce()),
      mesh_paths: controlMethod(none, () => this.#paths()),
      mesh_send: controlMethod(z.tuple([sending]), ([one]) => this.#send(one)),
      mesh_outbox: controlMethod(after, ([one]) => this.#under(one)),
      mesh_waits: controlMethod(z.tuple([number]), ([one]) => this.#sending.waits(one)),
      mesh_cancel: controlMethod(z.tuple([number]), ([one]) => this.#sending.remove(one)),
      mesh_inbox: controlMethod(after, ([one]) => this.#list(one)),
      mesh_read: controlMethod(z.tuple([number]), ([one]) => this.#read(one)),
      mesh_remove: controlMethod(z.tuple([number]), ([one]) => this.#inbox.shelf.remove(one)),
    }
  }

  /** Questions are answered before what waits is read from the disk. */
  get #sending(): Outbox {
    if (this.#outbox === undefined) throw new Fault({ code: 'MESH_STARTING' }, 'ask again soon')
    return this.#outbox
  }

  #announce(): void {
    if (!this.#options.isPublic) {
      const cure = 'start it without --no-public: then everybody can learn its address'
      throw new Fault({ code: 'MESH_PRIVATE' }, cure)
    }
    this.#node.serve(this.identity)
  }

  #status(): object {
    const { circuits, counts, media } = this.#node.router
    return {
      address: addressText(this.identity.address),
      isPublic: this.#options.isPublic,
      media: media.length,
      paths: this.#node.reach.paths().length,
      links: this.#node.links.length,
      circuits,
      ...counts,
      inbox: this.#inbox.shelf.count,
      outbox: this.#outbox?.count ?? 0,
    }
  }

  #media(): readonly object[] {
    return this.#node.router.media.map(({ name, kind, facts }) => ({ name, kind, ...facts }))
  }

  #paths(): readonly object[] {
    return this.#node.reach.paths().map(({ destination, medium, neighbour, ...found }) => ({
      address: addressText(destination.address),
      medium,
      neighbour: neighbour ?? null,
      distance: found.distance,
      heardAt: found.heardAt,
      expires: found.expires,
    }))
  }

  async #send({ to, isAnonymous, text, file }: z.infer<typeof sending>): Promise<number> {
    const content: Content =
      file === undefined
        ? { kind: 'text', text: text ?? '' }
        : { kind: 'file', name: file.name, bytes: Uint8Array.fromBase64(file.bytes) }
    checkSize(content)
    const address = addressFromText(to)
    if (equal(address, this.identity.address)) {
      throw new Fault({ code: 'MESH_LETTER_OWN' }, 'that is the address of this node itself')
    }
    return this.#sending.add({ at: this.#options.clock.now(), address, isAnonymous, content })
  }

  async #under(after: number): Promise<readonly object[]> {
    const letters: object[] = []
    for await (const { number, ...letter } of this.#sending.list(after)) {
      letters.push({
        number,
        to: letter.address && addressText(letter.address),
        ...summary(letter),
      })
      if (letters.length === listed) break
    }
    return letters
  }

  async #list(after: number): Promise<readonly object[]> {
    const letters: object[] = []
    for await (const [number, value] of this.#inbox.shelf.entries(after)) {
      const letter = decodeLetter(value)
      letters.push({ number, ...senderOf(letter), ...summary(letter) })
      if (letters.length === listed) break
    }
    return letters
  }

  #read(number: number): object | undefined {
    const value = this.#inbox.shelf.get(number)
    if (value === undefined) return undefined
    const letter = decodeLetter(value)
    const { content } = letter
    const whole = content.kind === 'file' ? { bytes: content.bytes.toBase64() } : undefined
    return { number, ...senderOf(letter), ...summary(letter), ...whole }
  }
}

/** Letters in one answer. */
const listed = 100

const sending = z
  .object({
    to: z.string(),
    isAnonymous: z.boolean().default(false),
    text: z.string().optional(),
    file: z.object({ name: z.string(), bytes: z.base64() }).optional(),
  })
  .refine(({ text, file }) => (text === undefined) !== (file === undefined), 'a text or a file')

function checkSize(content: Content): void {
  const most = limits.meshFile.value
  if (content.kind !== 'file' || content.bytes.length <= most) return
  const facts = { code: 'MESH_LETTER_LARGE', bytes: content.bytes.length } as const
  throw new Fault(facts, `a file has at most ${most} bytes: send it in parts`)
}

function senderOf({ address }: Letter): { readonly from: string | null } {
  return { from: address === undefined ? null : addressText(address) }
}

function summary({ at, content }: Letter): object {
  if (content.kind === 'text') return { at, kind: content.kind, text: content.text }
  return { at, kind: content.kind, name: content.name, size: content.bytes.length }
}
