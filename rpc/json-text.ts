/** An answer that is JSON already: what is large is written piece by piece, not by one call. */
export class JsonText {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}
