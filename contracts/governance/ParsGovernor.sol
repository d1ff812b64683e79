// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {GovernorVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {SystemContracts} from "../system/SystemContracts.sol";
import {IActionTiers} from "./IActionTiers.sol";
import {IChainParams} from "./IChainParams.sol";
import {IParsGovernor} from "./IParsGovernor.sol";
import {Parameters} from "./Parameters.sol";
import {ParsTimelock} from "./ParsTimelock.sol";
import {GovernorBallots} from "./governor/GovernorBallots.sol";

/// @title ParsGovernor
/// @notice Counts votes on proposals of the registry, by the terms of the tier that their actions
/// need, and has the Timelock run what succeeded. Anyone may queue and execute.
/// @dev OpenZeppelin's Governor. Late quorum and timelock are as in its extensions, but by proposal
/// instead of by contract. Nothing is written by the genesis, and the constructor, which only the
/// bases ask for, never runs. The guardian may cancel until its term is over, also a proposal that
/// ends it; the author of a proposal may not.
contract ParsGovernor is GovernorBallots {
    uint256 private constant WHOLE = 10_000;

    mapping(uint256 proposalId => Terms) private _terms;
    mapping(bytes32 operation => uint256 proposalId) private _proposalOf;
    /// @dev While `propose` runs: OpenZeppelin's asks for the period of no proposal in particular.
    uint8 private transient _tier;

    constructor() Governor("") GovernorVotes(IVotes(SystemContracts.VE_PARS)) {}

    /// @notice By the registry alone, which holds text and actions and knows the author's votes.
    function propose(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        string memory description
    ) public override(Governor, IGovernor) returns (uint256 proposalId) {
        if (msg.sender != SystemContracts.PIP_REGISTRY) revert OnlyRegistry(msg.sender);
        uint8 tier =
            IActionTiers(SystemContracts.ACTION_TIERS).tierOf(targets, values, calldatas);
        _tier = tier;
        proposalId = _propose(targets, values, calldatas, description, msg.sender);
        _tier = 0;
        Terms storage terms = _terms[proposalId];
        terms.tier = tier;
        terms.quorum = SafeCast.toUint16(_tierParameter(Parameters.TIER_QUORUM, tier));
        terms.majority = SafeCast.toUint16(_tierParameter(Parameters.TIER_MAJORITY, tier));
        terms.timelock = SafeCast.toUint32(_tierParameter(Parameters.TIER_TIMELOCK, tier));
        terms.extension = SafeCast.toUint32(_parameter(Parameters.VOTE_EXTENSION));
        terms.expiry = SafeCast.toUint32(_parameter(Parameters.VOTE_EXPIRY));
        terms.floor = _tierParameter(Parameters.TIER_FLOOR, tier);
        emit ProposalTiered(
            proposalId, tier, terms.quorum, terms.floor, terms.majority, terms.timelock
        );
    }

    /// @notice Never: what is sent here stays here.
    function relay(address, uint256, bytes calldata) public payable override {
        revert NoRelay();
    }

    /// @inheritdoc IParsGovernor
    function termsOf(uint256 proposalId) external view returns (Terms memory) {
        if (proposalSnapshot(proposalId) == 0) revert GovernorNonexistentProposal(proposalId);
        return _terms[proposalId];
    }

    /// @inheritdoc IParsGovernor
    function executing() external view returns (uint256) {
        return _proposalOf[_timelock().executing()];
    }

    function timelock() external pure returns (address) {
        return SystemContracts.TIMELOCK;
    }

    /// @inheritdoc IParsGovernor
    function quorumOf(uint256 proposalId) public view returns (uint256) {
        uint256 snapshot = proposalSnapshot(proposalId);
        if (snapshot == 0) revert GovernorNonexistentProposal(proposalId);
        Terms storage terms = _terms[proposalId];
        return _quorum(snapshot, terms.quorum, terms.floor);
    }

    /// @inheritdoc IParsGovernor
    function expiryOf(uint256 proposalId) public view returns (uint256) {
        if (proposalSnapshot(proposalId) == 0) revert GovernorNonexistentProposal(proposalId);
        uint256 from = Math.max(proposalDeadline(proposalId), proposalEta(proposalId));
        return from + _terms[proposalId].expiry;
    }

    /// @notice Of tier 0 by the parameters in force; `quorumOf` says that of a proposal.
    function quorum(uint256 timepoint) public view override(Governor, IGovernor) returns (uint256) {
        uint256 share = _tierParameter(Parameters.TIER_QUORUM, 0);
        return _quorum(timepoint, share, _tierParameter(Parameters.TIER_FLOOR, 0));
    }

    function votingDelay() public view override(Governor, IGovernor) returns (uint256) {
        return _parameter(Parameters.VOTE_DELAY);
    }

    /// @notice Of tier 0 by the parameters in force; a proposal says its own by its deadline.
    function votingPeriod() public view override(Governor, IGovernor) returns (uint256) {
        return _tierParameter(Parameters.TIER_PERIOD, _tier);
    }

    /// @notice What the registry asks of authors in tier 0.
    function proposalThreshold() public view override(Governor, IGovernor) returns (uint256) {
        return _tierParameter(Parameters.TIER_THRESHOLD, 0);
    }

    /// @notice The last second of the vote, as far as it is known.
    function proposalDeadline(uint256 proposalId)
        public
        view
        override(Governor, IGovernor)
        returns (uint256)
    {
        return Math.max(super.proposalDeadline(proposalId), _terms[proposalId].extendedDeadline);
    }

    function proposalNeedsQueuing(uint256)
        public
        pure
        override(Governor, IGovernor)
        returns (bool)
    {
        return true;
    }

    function state(uint256 proposalId)
        public
        view
        override(Governor, IGovernor)
        returns (ProposalState current)
    {
        current = super.state(proposalId);
        bool queued = current == ProposalState.Queued;
        if (!queued && current != ProposalState.Succeeded) return current;
        // Anyone may have had the Timelock run it.
        if (queued && _timelock().isOperationDone(_terms[proposalId].operation)) {
            return ProposalState.Executed;
        }
        return block.timestamp > expiryOf(proposalId) ? ProposalState.Expired : current;
    }

    /// @dev See GovernorPreventLateQuorum: once per proposal.
    function _tallyUpdated(uint256 proposalId) internal override {
        Terms storage terms = _terms[proposalId];
        if (terms.extendedDeadline != 0 || !_quorumReached(proposalId)) return;
        uint48 extended = clock() + terms.extension;
        if (extended > proposalDeadline(proposalId)) emit ProposalExtended(proposalId, extended);
        terms.extendedDeadline = extended;
    }

    /// @dev See GovernorTimelockControl.
    function _queueOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override returns (uint48) {
        Terms storage terms = _terms[proposalId];
        bytes32 salt = _salt(descriptionHash);
        bytes32 operation = _timelock().hashOperationBatch(targets, values, calldatas, 0, salt);
        terms.operation = operation;
        _proposalOf[operation] = proposalId;
        _timelock().scheduleBatch(targets, values, calldatas, 0, salt, terms.timelock);
        return clock() + terms.timelock;
    }

    function _executeOperations(
        uint256,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override {
        bytes32 salt = _salt(descriptionHash);
        _timelock().executeBatch{value: msg.value}(targets, values, calldatas, 0, salt);
    }

    function _cancel(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override returns (uint256 proposalId) {
        proposalId = super._cancel(targets, values, calldatas, descriptionHash);
        bytes32 operation = _terms[proposalId].operation;
        if (operation != 0) _timelock().cancel(operation);
    }

    function _quorumReached(uint256 proposalId) internal view override returns (bool) {
        (, uint256 inFavour, uint256 abstained) = proposalVotes(proposalId);
        return inFavour + abstained >= quorumOf(proposalId);
    }

    function _voteSucceeded(uint256 proposalId) internal view override returns (bool) {
        (uint256 against, uint256 inFavour,) = proposalVotes(proposalId);
        return inFavour * WHOLE > (inFavour + against) * _terms[proposalId].majority;
    }

    function _validateCancel(uint256, address caller) internal view override returns (bool) {
        uint256 guardian = _parameter(Parameters.GUARDIAN);
        if (guardian == 0 || uint160(caller) != guardian) return false;
        uint256 expiry = _parameter(Parameters.GUARDIAN_EXPIRY);
        if (block.timestamp >= expiry) revert GuardianTermOver(expiry);
        return true;
    }

    function _executor() internal pure override returns (address) {
        return SystemContracts.TIMELOCK;
    }

    function _quorum(uint256 timepoint, uint256 share, uint256 floor)
        private
        view
        returns (uint256)
    {
        uint256 supply = token().getPastTotalSupply(timepoint);
        return Math.max(Math.mulDiv(supply, share, WHOLE, Math.Rounding.Ceil), floor);
    }

    function _tierParameter(bytes32 key, uint8 tier) private view returns (uint256) {
        return _parameter(Parameters.ofTier(key, tier));
    }

    function _parameter(bytes32 key) private view returns (uint256) {
        return IChainParams(SystemContracts.CHAIN_PARAMS).get(key);
    }

    /// @dev With the Governor's address: the Timelock's ids are those of OpenZeppelin's governors.
    function _salt(bytes32 descriptionHash) private view returns (bytes32) {
        return bytes20(address(this)) ^ descriptionHash;
    }

    function _timelock() private pure returns (ParsTimelock) {
        return ParsTimelock(SystemContracts.TIMELOCK);
    }
}
