// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {SystemContracts} from "../system/SystemContracts.sol";
import {IActionTiers} from "./IActionTiers.sol";
import {IChainParams} from "./IChainParams.sol";
import {Parameters} from "./Parameters.sol";
import {Treasury} from "./Treasury.sol";
import {IPIPRegistry} from "./IPIPRegistry.sol";

/// @title ActionTiers
/// @notice See IActionTiers. Nothing is written by the genesis.
/// @dev The network's own contracts stand below 0x10000, and no vote moves the tier of what they
/// do: a vote that lowered it once would let every later one of the lower tier change the rules by
/// which it is counted.
contract ActionTiers is IActionTiers {
    uint8 private constant HIGHEST = Parameters.TIERS - 1;
    uint160 private constant LEAST_FOREIGN = 0x10000;

    /// @dev One more than the tier, so that zero is nothing.
    mapping(address target => mapping(bytes4 selector => uint8)) private _entries;

    /// @inheritdoc IActionTiers
    function tierOf(
        address[] calldata targets,
        uint256[] calldata values,
        bytes[] calldata calldatas
    ) external view returns (uint8 tier) {
        uint256 length = targets.length;
        if (values.length != length || calldatas.length != length) {
            revert LengthMismatch(length, values.length, calldatas.length);
        }
        uint256 spent = 0;
        for (uint256 index = 0; index < length; index++) {
            (uint8 own, uint256 amount) = _judge(targets[index], values[index], calldatas[index]);
            if (own > tier) tier = own;
            // Ten small spendings are a large one.
            spent = Math.saturatingAdd(spent, amount);
        }
        uint8 spending = _tierOfSpending(spent);
        if (spending > tier) tier = spending;
    }

    /// @inheritdoc IActionTiers
    function setTier(address target, bytes4 selector, uint8 tier) external {
        if (msg.sender != SystemContracts.TIMELOCK) revert OnlyTimelock(msg.sender);
        if (uint160(target) < LEAST_FOREIGN) revert BuiltIn(target);
        if (tier > HIGHEST) revert UnknownTier(tier, HIGHEST);
        _entries[target][selector] = tier == HIGHEST ? 0 : tier + 1;
        emit TierSet(target, selector, tier);
    }

    /// @inheritdoc IActionTiers
    function tierOfCall(address target, bytes4 selector) public view returns (uint8) {
        uint8 entry = _entries[target][selector];
        return entry == 0 ? HIGHEST : entry - 1;
    }

    /// @return tier Of the action, without what it spends.
    /// @return spent What it has the treasury spend, in wei.
    function _judge(address target, uint256 value, bytes calldata data)
        private
        view
        returns (uint8 tier, uint256 spent)
    {
        if (value > 0 || data.length < 4) return (HIGHEST, 0);
        bytes4 selector = bytes4(data);
        if (target == SystemContracts.TREASURY) return _judgeTreasury(selector, data);
        if (target == SystemContracts.CHAIN_PARAMS) return (_judgeParameter(selector, data), 0);
        if (target == SystemContracts.PIP_REGISTRY) return (_judgeRegistry(selector), 0);
        return (tierOfCall(target, selector), 0);
    }

    function _judgeTreasury(bytes4 selector, bytes calldata data)
        private
        pure
        returns (uint8 tier, uint256 spent)
    {
        if (selector == Treasury.cancelStream.selector) return (1, 0);
        bool spends =
            selector == Treasury.spend.selector || selector == Treasury.openStream.selector;
        // The amount is the second argument of both.
        if (!spends || data.length < 68) return (HIGHEST, 0);
        return (0, uint256(bytes32(data[36:68])));
    }

    function _judgeParameter(bytes4 selector, bytes calldata data) private pure returns (uint8) {
        if (selector != IChainParams.set.selector || data.length < 36) return HIGHEST;
        return _governs(bytes32(data[4:36])) ? HIGHEST : 1;
    }

    function _judgeRegistry(bytes4 selector) private pure returns (uint8) {
        if (selector == IPIPRegistry.onExecuted.selector) return 0;
        if (selector == IPIPRegistry.markImplemented.selector) return 1;
        return HIGHEST;
    }

    /// @dev Whether a parameter decides how decisions are made, among them which of them are small.
    function _governs(bytes32 key) private pure returns (bool) {
        bool counting = bytes4(key) == "pip." || bytes5(key) == "tier." || bytes5(key) == "vote.";
        bool guarding = bytes8(key) == "upgrade." || bytes9(key) == "guardian.";
        return counting || guarding || bytes9(key) == "treasury.";
    }

    function _tierOfSpending(uint256 amount) private view returns (uint8) {
        if (amount == 0) return 0;
        IChainParams parameters = IChainParams(SystemContracts.CHAIN_PARAMS);
        if (amount <= parameters.get(Parameters.MINOR_SPEND)) return 0;
        return amount <= parameters.get(Parameters.MAJOR_SPEND) ? 1 : HIGHEST;
    }
}
