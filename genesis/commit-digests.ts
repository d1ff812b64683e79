/**
 * The code of the commit digest ring, at `systemAddresses.commitDigests`.
 *
 * At the start of block h the system address calls it with `h || digest` (32 bytes each, big-endian):
 * slot `h % 8191` takes h, slot `h % 8191 + 8191` the digest of the commit behind that block. Anybody
 * calls it with 32 bytes, a height, for its digest. It reverts for a height that the ring never held
 * or holds no more, for value, and for input of another length.
 *
 * The ring keeps the height beside the digest: an entry answers for its own height or not at all,
 * even in a call on top of a block whose system call has not run.
 *
 * @see EIP-2935, EIP-4788
 */
import { hex, unhex } from '#base'
import { systemAddresses } from '#protocol'

const system = hex(systemAddresses.system).slice(2)

const assembly = [
  // Who calls? The system address sets, all others get.
  `33 73${system} 14 6045 57`, //  CALLER PUSH20 system EQ PUSH1 set JUMPI
  // get: no value, and exactly one word.
  '34 6020 36 18 17 6041 57', //   CALLVALUE PUSH1 32 CALLDATASIZE XOR OR PUSH1 fail JUMPI
  '5f 35 611fff 81 06', //         h = CALLDATALOAD(0), i = h MOD 8191
  '80 54 82 18 6041 57', //        if (SLOAD(i) XOR h) fail
  '611fff 01 54', //               digest = SLOAD(i + 8191)
  '80 15 6041 57', //              if (digest == 0) fail: height 0 equals an unset slot
  '5f 52 6020 5f f3', //           RETURN(digest)
  // fail, at 0x41:
  '5b 5f 5f fd', //                JUMPDEST REVERT(0, 0)
  // set, at 0x45: exactly two words.
  '5b 6040 36 18 6041 57', //      JUMPDEST PUSH1 64 CALLDATASIZE XOR PUSH1 fail JUMPI
  '5f 35 611fff 81 06', //         h = CALLDATALOAD(0), i = h MOD 8191
  '6020 35', //                    digest = CALLDATALOAD(32)
  '81 611fff 01 55', //            SSTORE(i + 8191, digest)
  '55 00', //                      SSTORE(i, h) STOP
]

export const commitDigestsCode: Uint8Array = unhex(`0x${assembly.join('').replaceAll(' ', '')}`)
