/** What a link is thought to be before it is measured. */
export interface LinkHint {
  readonly bitsPerSecond: number
  /** One way, milliseconds. */
  readonly latency: number
  /** The share of frames that is lost. */
  readonly loss?: number | undefined
}

const longestTimeout = 86_400_000
/** A first guess counts like so many frames that were seen. */
const guessWeight = 12
/** And what was seen fades, so that a few hundred frames tell how the link is now. */
const memory = 400
const guessedLoss = 0.03
const worstLoss = 0.95
/** By which the least round trip grows with each that is measured, as ways change. */
const creep = 1.002

/** The share of frames that is lost one way. */
class Loss {
  #sent = guessWeight
  #lost: number

  constructor(guess: number) {
    this.#lost = guessWeight * guess
  }

  get share(): number {
    return Math.min(this.#lost / this.#sent, worstLoss)
  }

  /** The share that is not exceeded but by chance, as many standard deviations above. */
  atMost(deviations: number): number {
    const { share } = this
    const deviation = Math.sqrt((share * (1 - share)) / this.#sent)
    return Math.min(share + deviations * deviation, worstLoss)
  }

  see(sent: number, arrived: number): void {
    if (sent <= 0) return
    this.#sent += sent
    this.#lost += Math.min(Math.max(0, sent - arrived), sent)
    if (this.#sent <= memory) return
    this.#lost *= memory / this.#sent
    this.#sent = memory
  }
}

/** What is known of a link, or of a way of several. All timers and all pace come from here. */
export class LinkModel {
  readonly #hint: LinkHint
  readonly #out: Loss
  readonly #in: Loss
  #rate: number | undefined
  #roundTrip: number | undefined
  #leastRoundTrip = Infinity
  #lateness = 0

  constructor(hint: LinkHint) {
    this.#hint = hint
    this.#out = new Loss(hint.loss ?? guessedLoss)
    this.#in = new Loss(hint.loss ?? guessedLoss)
  }

  /** Measured where it was, as configured otherwise. */
  get bitsPerSecond(): number {
    return this.#rate ?? this.#hint.bitsPerSecond
  }

  /** Milliseconds, smoothed; as configured until one is measured. */
  get roundTrip(): number {
    return this.#roundTrip ?? 2 * this.#hint.latency
  }

  get isMeasured(): boolean {
    return this.#roundTrip !== undefined
  }

  /** The share of frames sent that is lost, 0 up to .95. */
  get loss(): number {
    return this.#out.share
  }

  /** Milliseconds by which a frame comes later than those sent after it. */
  get lateness(): number {
    return this.#lateness
  }

  /** Bytes that are under way when the link is full; 0 until it is measured. */
  get bytesUnderWay(): number {
    if (this.#rate === undefined || this.#leastRoundTrip === Infinity) return 0
    return (this.#rate * this.#leastRoundTrip) / 8000
  }

  /** Milliseconds that `bytes` take to be sent. */
  airtime(bytes: number): number {
    return (bytes * 8000) / this.bitsPerSecond
  }

  /**
   * Milliseconds after which what was sent is not answered any more.
   *
   * @param bytes That are sent meanwhile, both ways.
   * @param attempt From 0; each waits twice as long.
   */
  timeout(bytes: number, attempt: number): number {
    const airtime = this.airtime(bytes)
    const roundTrip = this.#roundTrip ?? 4 * airtime + 2 * this.#hint.latency
    const first = 3 * roundTrip + 1.5 * airtime
    return Math.min(first * 2 ** Math.min(attempt, 40), longestTimeout)
  }

  /** A frame was answered after so many milliseconds, those it was held not counted. */
  answered(milliseconds: number): void {
    const sample = Math.max(0, milliseconds)
    this.#roundTrip = this.#roundTrip === undefined ? sample : (7 * this.#roundTrip + sample) / 8
    this.#leastRoundTrip = Math.min(sample, this.#leastRoundTrip * creep)
  }

  /** Of frames sent, so many have arrived. */
  arrived(sent: number, count: number): void {
    this.#out.see(sent, count)
  }

  /** Of frames that the other has sent. */
  took(sent: number, count: number): void {
    this.#in.see(sent, count)
  }

  /** So many bytes have arrived within so many milliseconds while there was always more to send. */
  carried(bytes: number, milliseconds: number): void {
    if (milliseconds <= 0 || bytes <= 0) return
    const sample = (bytes * 8000) / milliseconds
    const before = this.#rate ?? 0
    this.#rate = sample > before ? sample : (before * 7 + sample) / 8
  }

  /** A frame came so many milliseconds after one that was sent after it; 0 when it came in order. */
  overtaken(milliseconds: number): void {
    const keep = milliseconds > this.#lateness ? 0.5 : 0.98
    this.#lateness = this.#lateness * keep + milliseconds * (1 - keep)
  }

  /**
   * Frames to send beside `count` so that nearly always so many arrive. Where a round trip takes longer
   * than to send them all, what is not known of the loss is taken for the worse.
   *
   * @param bytes Of one.
   */
  spare(count: number, bytes: number): number {
    const patience = this.roundTrip / (count * this.airtime(bytes))
    const loss = this.#out.atMost(Math.min(2, patience) * (1 - 1 / count))
    return Math.round((count * loss) / (1 - loss) + 1.3 * Math.sqrt(count * loss))
  }

  /** Times to say what is short and costs a round trip when it is lost. */
  copies(): number {
    const loss = Math.max(this.#out.share, this.#in.share)
    let count = 1
    for (let chance = loss; chance > 0.02 && count < 4; chance *= loss) count++
    return count
  }
}
