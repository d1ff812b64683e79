/** What a cell is for before there is a link. Those of links are below 0x80. */
export const establishContexts = {
  /** `mtu 2 | first part 2 | count 1`: parts of the key record, please, in cells of that size. */
  askKey: 0x80,
  /** A part of the key record. */
  key: 0x81,
  /** A part of a link request. */
  link: 0x82,
  /** A part of a link proof. */
  proof: 0x83,
  /** `count 1`: so many more parts of what was on the way here. */
  more: 0x84,
  /** A whole request to resume a link. */
  resume: 0x85,
  /** The answer to it; empty where it goes on from no link that is known here. */
  resumed: 0x86,
} as const
