// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {SystemContracts} from "../system/SystemContracts.sol";
import {IChainParams} from "./IChainParams.sol";
import {IParsGovernor} from "./IParsGovernor.sol";
import {Parameters} from "./Parameters.sol";

/// @title ParsTimelock
/// @notice Whoever the network's contracts obey. It does what the Governor scheduled, once its
/// delay is over and until it expires, at anyone's call: all actions of a proposal in order, or
/// none.
/// @dev OpenZeppelin's TimelockController with roles that are code: the Governor proposes and
/// cancels, everybody executes, nobody administers. The delay is the Governor's to say, by the tier
/// of a proposal. Nothing is written by the genesis, and the constructor, which the base asks for,
/// never runs.
contract ParsTimelock is TimelockController, ReentrancyGuardTransient {
    error DelayIsOfTheTier();
    error NoCode(address target);
    /// @param expiry The last second in which it could run.
    error OperationExpired(bytes32 operation, uint256 expiry);

    /// @notice The operation whose actions run in this transaction; 0 for none.
    bytes32 public transient executing;

    constructor() TimelockController(0, new address[](0), new address[](0), address(0)) {}

    /// @dev One at a time: what runs is asked by `executing`. Whoever calls chooses the gas: an
    /// action that goes on after a call of its own ran out of it has to see to that itself.
    function executeBatch(
        address[] calldata targets,
        uint256[] calldata values,
        bytes[] calldata payloads,
        bytes32 predecessor,
        bytes32 salt
    ) public payable override nonReentrant {
        bytes32 operation = hashOperationBatch(targets, values, payloads, predecessor, salt);
        executing = operation;
        if (isOperationReady(operation)) _requireUnexpired(operation);
        super.executeBatch(targets, values, payloads, predecessor, salt);
        executing = 0;
    }

    /// @notice Never: see ChainParams.
    function updateDelay(uint256) public pure override {
        revert DelayIsOfTheTier();
    }

    /// @notice What no tier may fall below, by bounds that nothing moves.
    function getMinDelay() public view override returns (uint256 least) {
        least = type(uint256).max;
        for (uint8 tier = 0; tier < Parameters.TIERS; tier++) {
            bytes32 key = Parameters.ofTier(Parameters.TIER_TIMELOCK, tier);
            (uint256 bound,) = IChainParams(SystemContracts.CHAIN_PARAMS).bounds(key);
            least = Math.min(least, bound);
        }
    }

    /// @dev The zero address holds a role that is everybody's.
    function hasRole(bytes32 role, address account) public pure override returns (bool) {
        if (role == EXECUTOR_ROLE) return account == address(0);
        bool governs = role == PROPOSER_ROLE || role == CANCELLER_ROLE;
        return governs && account == SystemContracts.GOVERNOR;
    }

    /// @dev A call of nothing succeeds: a mistyped target would look like an executed proposal.
    function _execute(address target, uint256 value, bytes calldata data) internal override {
        if (data.length > 0 && target.code.length == 0) revert NoCode(target);
        super._execute(target, value, data);
    }

    /// @dev The Governor refuses it too, but nobody has to go by the Governor.
    function _requireUnexpired(bytes32 operation) private view {
        IParsGovernor governor = IParsGovernor(SystemContracts.GOVERNOR);
        uint256 expiry = governor.expiryOf(governor.executing());
        if (block.timestamp > expiry) revert OperationExpired(operation, expiry);
    }
}
