// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";

/// @title What the Governor of a network says beside IGovernor
/// @notice Votes and quorums are votes of VePars, shares basis points, times and delays seconds.
interface IParsGovernor is IGovernor {
    /// @notice What a proposal runs under: the parameters of its tier as they were when it was
    /// proposed, whatever becomes of them during the vote.
    /// @param quorum Share of all votes at the snapshot.
    /// @param majority Share of for in for and against that has to be exceeded.
    /// @param timelock From `queue` to `execute`.
    /// @param extension What at least remains for votes after the quorum was reached.
    /// @param extendedDeadline Zero until then.
    /// @param expiry How long it may be queued once carried, and executed once its delay is over.
    /// @param floor Votes without which there is no quorum.
    /// @param operation The Timelock's id; zero until `queue`.
    struct Terms {
        uint8 tier;
        uint16 quorum;
        uint16 majority;
        uint32 timelock;
        uint32 extension;
        uint48 extendedDeadline;
        uint32 expiry;
        uint256 floor;
        bytes32 operation;
    }

    event ProposalTiered(
        uint256 indexed proposalId,
        uint8 tier,
        uint256 quorum,
        uint256 floor,
        uint256 majority,
        uint256 timelock
    );
    /// @dev As GovernorPreventLateQuorum has it.
    event ProposalExtended(uint256 indexed proposalId, uint64 extendedDeadline);

    error OnlyRegistry(address caller);
    error GuardianTermOver(uint256 expiry);
    /// @dev Who has no delegate but himself votes once.
    error NothingToOverride(address voter);
    /// @dev At the snapshot: what came later counts for later proposals.
    error NoVotes(address voter, uint256 snapshot);
    error NoRelay();
    /// @dev The ballot brings a key that the registry does not have for the voter: one that was
    /// replaced since, or somebody else's.
    /// @param keyHash keccak256(algorithm || publicKey).
    error NotTheKey(address voter, bytes32 keyHash);

    function termsOf(uint256 proposalId) external view returns (Terms memory);

    /// @notice For and abstain together that a proposal needs. Once its snapshot is past.
    function quorumOf(uint256 proposalId) external view returns (uint256);

    /// @notice The last second in which it may be queued, or if it is queued, executed: what was
    /// approved long ago does not overrule what members want by then.
    function expiryOf(uint256 proposalId) external view returns (uint256);

    /// @notice `castVoteBySig`: the voter signs Ballot(uint256 proposalId,uint8 support,
    /// address voter,uint256 nonce) in the domain ParsGovernor, see AccountAuthentication; anyone
    /// brings it.
    /// @dev The nonce is `nonces(voter, uint192(proposalId))`, in all forms of a ballot.
    function castVoteByPQSig(
        uint256 proposalId,
        uint8 support,
        address voter,
        bytes calldata signature
    ) external returns (uint256 weight);

    /// @notice The proposal whose actions run in this transaction; 0 for none.
    function executing() external view returns (uint256 proposalId);
}
