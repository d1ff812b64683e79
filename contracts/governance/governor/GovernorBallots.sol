// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {GovernorCountingOverridable} from
    "@openzeppelin/contracts/governance/extensions/GovernorCountingOverridable.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {GovernorVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";
import {IERC6372} from "@openzeppelin/contracts/interfaces/IERC6372.sol";
import {IERC5805} from "@openzeppelin/contracts/interfaces/IERC5805.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {NoncesKeyed} from "@openzeppelin/contracts/utils/NoncesKeyed.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {AccountAuthentication} from "../../pq/AccountAuthentication.sol";
import {NetworkEIP712} from "../../pq/NetworkEIP712.sol";
import {SystemContracts} from "../../system/SystemContracts.sol";
import {IParsGovernor} from "../IParsGovernor.sol";
import {IVePars} from "../IVePars.sol";

/// @title Who votes, and with what
/// @notice Votes are those of VePars at the snapshot, cast by their delegate or, in part, by their
/// owner in the delegate's place. Ballots are signed with keys of the account registry, or vouched
/// for by contracts, for this network alone.
/// Nonces are those of a proposal, as in GovernorNoncesKeyed: ballots that were carried by
/// different ways arrive in any order.
/// @dev Of OpenZeppelin's EIP712 and GovernorVotes nothing is used that a constructor would set.
abstract contract GovernorBallots is
    GovernorCountingOverridable,
    NoncesKeyed,
    NetworkEIP712,
    IParsGovernor
{
    string private constant NAME = "ParsGovernor";
    string private constant VERSION = "1";

    /// @inheritdoc IParsGovernor
    function castVoteByPQSig(
        uint256 proposalId,
        uint8 support,
        address voter,
        bytes calldata signature
    ) external returns (uint256) {
        return castVoteBySig(proposalId, support, voter, signature);
    }

    /// @notice As `castOverrideVote`, by a signature for OverrideBallot(uint256 proposalId,
    /// uint8 support,address voter,uint256 nonce,string reason).
    function castOverrideVoteBySig(
        uint256 proposalId,
        uint8 support,
        address voter,
        string calldata reason,
        bytes calldata signature
    ) public override returns (uint256) {
        if (hasVotedOverride(proposalId, voter)) revert GovernorAlreadyOverriddenVote(voter);
        bytes32 structHash = keccak256(
            abi.encode(
                OVERRIDE_BALLOT_TYPEHASH,
                proposalId,
                support,
                voter,
                _useNonce(voter, uint192(proposalId)),
                keccak256(bytes(reason))
            )
        );
        if (!_isSigned(voter, structHash, signature)) revert GovernorInvalidSignature(voter);
        return _castOverride(proposalId, voter, support, reason);
    }

    function eip712Domain()
        public
        view
        override(EIP712, NetworkEIP712)
        returns (bytes1, string memory, string memory, uint256, address, bytes32, uint256[] memory)
    {
        return NetworkEIP712.eip712Domain();
    }

    function name() public pure override(Governor, IGovernor) returns (string memory) {
        return NAME;
    }

    function version() public pure override(Governor, IGovernor) returns (string memory) {
        return VERSION;
    }

    function token() public pure override returns (IERC5805) {
        return IERC5805(SystemContracts.VE_PARS);
    }

    function clock() public view override(GovernorVotes, IERC6372) returns (uint48) {
        return uint48(block.timestamp);
    }

    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE()
        public
        pure
        override(GovernorVotes, IERC6372)
        returns (string memory)
    {
        return "mode=timestamp";
    }

    /// @dev A ballot that was counted is told so, rather than that its nonce makes it invalid.
    function _validateVoteSig(
        uint256 proposalId,
        uint8 support,
        address voter,
        bytes memory signature
    ) internal override returns (bool) {
        if (hasVoted(proposalId, voter)) revert GovernorAlreadyCastVote(voter);
        uint256 nonce = _useNonce(voter, uint192(proposalId));
        bytes32 structHash =
            keccak256(abi.encode(BALLOT_TYPEHASH, proposalId, support, voter, nonce));
        return _isSigned(voter, structHash, signature);
    }

    function _validateExtendedVoteSig(
        uint256 proposalId,
        uint8 support,
        address voter,
        string memory reason,
        bytes memory params,
        bytes memory signature
    ) internal override returns (bool) {
        if (hasVoted(proposalId, voter)) revert GovernorAlreadyCastVote(voter);
        bytes32 structHash = keccak256(
            abi.encode(
                EXTENDED_BALLOT_TYPEHASH,
                proposalId,
                support,
                voter,
                _useNonce(voter, uint192(proposalId)),
                keccak256(bytes(reason)),
                keccak256(params)
            )
        );
        return _isSigned(voter, structHash, signature);
    }

    /// @dev Votes have no parameters: what somebody meant by some would be lost.
    function _countVote(
        uint256 proposalId,
        address account,
        uint8 support,
        uint256 totalWeight,
        bytes memory params
    ) internal override returns (uint256) {
        if (params.length > 0) revert GovernorInvalidVoteParams();
        if (totalWeight == 0) revert NoVotes(account, proposalSnapshot(proposalId));
        return super._countVote(proposalId, account, support, totalWeight, params);
    }

    function _countOverride(uint256 proposalId, address account, uint8 support)
        internal
        override
        returns (uint256)
    {
        uint256 snapshot = proposalSnapshot(proposalId);
        address delegate = IVePars(SystemContracts.VE_PARS).getPastDelegate(account, snapshot);
        if (delegate == account) revert NothingToOverride(account);
        uint256 weight = super._countOverride(proposalId, account, support);
        if (weight == 0) revert NoVotes(account, snapshot);
        return weight;
    }

    function _useCheckedNonce(address owner, uint256 nonce)
        internal
        override(Nonces, NoncesKeyed)
    {
        super._useCheckedNonce(owner, nonce);
    }

    function _hashTypedDataV4(bytes32 structHash) internal view override returns (bytes32) {
        return _typedDataHash(structHash);
    }

    function _domain() internal pure override returns (string memory, string memory) {
        return (NAME, VERSION);
    }

    /// @dev A ballot whose key is not the voter's is told so, by what it brings with it.
    function _isSigned(address voter, bytes32 structHash, bytes memory signature)
        private
        view
        returns (bool)
    {
        bytes32 hash = _hashTypedDataV4(structHash);
        if (AccountAuthentication.isValidSignature(voter, hash, signature)) return true;
        bytes32 keyHash = AccountAuthentication.otherKeyHash(voter, signature);
        if (keyHash != 0) revert NotTheKey(voter, keyHash);
        return false;
    }
}
