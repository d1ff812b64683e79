/** Votes on a proposal: cast by the voter, or signed by the voter and brought by anybody. */
import { Fault, type Hex, hex, isHex, unhex } from '#base'
import type { Argument } from '#governance'

import { reasonOf, readText } from '../files.ts'
import { networkOf } from '../network.ts'
import type { RpcAsker, RpcClient } from '../rpc-client.ts'
import type { Call } from '../sender.ts'
import { accountsWord, type Wallet } from '../wallet.ts'
import { governor } from './contracts.ts'
import { limits } from './limits.ts'
import { signRequest } from './requests.ts'
import { type Support, supports } from './support.ts'

export interface Choice {
  readonly proposalId: bigint
  readonly support: Support
  readonly reason: string
  /** One's own votes, though another voted, or may vote, with them. */
  readonly isOverride: boolean
}

export interface Ballot extends Choice {
  /** Of PIP-`number`, for people. */
  readonly number: number
  /** The genesis hash of the network that it is for. */
  readonly networkId: Hex
  readonly voter: Hex
  /** Of the key that signed it. */
  readonly keyHash: Hex
  /** See contracts/pq/AccountAuthentication.sol. */
  readonly signature: Hex
}

const common = [
  { name: 'proposalId', type: 'uint256' },
  { name: 'support', type: 'uint8' },
  { name: 'voter', type: 'address' },
  { name: 'nonce', type: 'uint256' },
]
const reasonField = { name: 'reason', type: 'string' }

/** @see OpenZeppelin, Governor and GovernorCountingOverridable */
const types = {
  Ballot: common,
  ExtendedBallot: [...common, reasonField, { name: 'params', type: 'bytes' }],
  OverrideBallot: [...common, reasonField],
} as const

/** The call by which a voter votes. */
export function voteCall(choice: Choice): Call {
  const { proposalId, reason, isOverride } = choice
  const args = [proposalId, placeOf(choice)]
  if (isOverride) return governor.call('castOverrideVote', [...args, reason])
  return reason === ''
    ? governor.call('castVote', args)
    : governor.call('castVoteWithReason', [...args, reason])
}

/** The call by which anybody brings a ballot. */
export function ballotCall(ballot: Ballot): Call {
  const { proposalId, reason, isOverride, voter, signature } = ballot
  const args: readonly Argument[] = [proposalId, placeOf(ballot), voter]
  if (isOverride) return governor.call('castOverrideVoteBySig', [...args, reason, signature])
  if (reason === '') return governor.call('castVoteByPQSig', [...args, signature])
  const name = 'castVoteWithReasonAndParamsBySig(uint256,uint8,address,string,bytes,bytes)'
  return governor.call(name, [...args, reason, '0x', signature])
}

export async function signBallot(
  wallet: Wallet,
  rpc: RpcClient,
  number: number,
  choice: Choice,
): Promise<Ballot> {
  const { proposalId, reason, isOverride } = choice
  const voter = wallet.account.address
  // Ballots of one proposal have nonces of their own, so that they arrive in any order.
  const key = BigInt.asUintN(192, proposalId)
  const nonce = await governor.ask<bigint>(rpc, 'nonces(address,uint192)', [voter, key])
  const spoken = reason === '' ? 'Ballot' : 'ExtendedBallot'
  const primaryType = isOverride ? 'OverrideBallot' : spoken
  const support = BigInt(supports.indexOf(choice.support))
  const message = { proposalId, support, voter, nonce, reason, params: '0x' }
  const typed = { name: 'ParsGovernor', types, primaryType, message }
  const signature = await signRequest(wallet, rpc, governor, typed)
  const { networkId } = await networkOf(rpc)
  const keyHash = hex(wallet.account.key.keyHash)
  return { number, networkId: hex(networkId), voter, keyHash, ...choice, signature }
}

/** What `pars pip vote --sign-only` printed. Throws `NODE_SIGNED_REQUEST`. */
export async function ballotIn(file: string): Promise<Ballot> {
  try {
    const text = await readText(file, limits.ballotBytes.value)
    return parsed(Object(JSON.parse(text)) as Record<string, unknown>)
  } catch (error) {
    const reason = error instanceof SyntaxError ? 'not JSON' : reasonOf(error)
    throw new Fault(
      { code: 'NODE_SIGNED_REQUEST', file, reason },
      'name a file with what --sign-only printed',
    )
  }
}

/** Throws `NODE_BALLOT_NETWORK` for a ballot of another network than the node's. */
export async function checkNetwork(ballot: Ballot, rpc: RpcClient): Promise<void> {
  const found = hex((await networkOf(rpc)).networkId)
  if (found === ballot.networkId) return
  throw new Fault(
    { code: 'NODE_BALLOT_NETWORK', expected: ballot.networkId, found },
    'the ballot holds on the network for which it was signed alone: name a node of it with --rpc',
  )
}

/** Throws `NODE_BALLOT_KEY` for a ballot by another key than the one that its voter has now. */
export async function checkKey(
  { voter, keyHash }: Pick<Ballot, 'keyHash' | 'voter'>,
  rpc: RpcAsker,
): Promise<void> {
  const found = await accountsWord(rpc, 'keyOf', unhex(voter))
  const isRegistered = found.some((byte) => byte !== 0)
  if (!isRegistered || hex(found) === keyHash) return
  throw new Fault(
    { code: 'NODE_BALLOT_KEY', voter, signed: keyHash, found: hex(found) },
    'the voter has another key since it was signed: have it signed again, with that key',
  )
}

function parsed(fields: Readonly<Record<string, unknown>>): Ballot {
  const { number, proposalId, support, reason, isOverride } = fields
  const chosen = supports.find((one) => one === support)
  if (!Number.isSafeInteger(number) || chosen === undefined) {
    throw new TypeError('a ballot has a number, and a support: for, against or abstain')
  }
  if (typeof proposalId !== 'string' || !/^\d{1,78}$/.test(proposalId)) {
    throw new TypeError('proposalId is a decimal number')
  }
  if (typeof reason !== 'string' || typeof isOverride !== 'boolean') {
    throw new TypeError('reason is a text, and isOverride true or false')
  }
  return {
    number: Number(number),
    proposalId: BigInt(proposalId),
    support: chosen,
    reason,
    isOverride,
    networkId: hexIn(fields['networkId'], 32),
    voter: hexIn(fields['voter'], 20),
    keyHash: hexIn(fields['keyHash'], 32),
    signature: hexIn(fields['signature']),
  }
}

function hexIn(value: unknown, size?: number): Hex {
  const isRight = typeof value === 'string' && isHex(value)
  if (isRight && (size === undefined || unhex(value).length === size)) return value
  throw new TypeError('networkId, voter, keyHash and signature are hexadecimal')
}

function placeOf({ support }: Choice): bigint {
  return BigInt(supports.indexOf(support))
}
