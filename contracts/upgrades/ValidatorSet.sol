// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {SystemContracts} from "../system/SystemContracts.sol";
import {IUpgradeSchedule} from "./IUpgradeSchedule.sol";
import {IValidatorSet} from "./IValidatorSet.sol";

/// @title ValidatorSet
/// @notice See IValidatorSet. The genesis writes members, places and the total of their stakes.
contract ValidatorSet is IValidatorSet {
    struct Member {
        address account;
        uint64 stake;
        bytes32 keyHash;
    }

    Member[] private _members;
    /// @inheritdoc IValidatorSet
    uint256 public totalStake;
    /// @dev From 1; 0 for who is none.
    mapping(address account => uint256) private _places;
    mapping(address account => address) private _operators;
    mapping(uint256 upgrade => mapping(address account => bool)) private _ready;
    /// @inheritdoc IValidatorSet
    mapping(uint256 upgrade => uint256) public readyStake;

    /// @inheritdoc IValidatorSet
    function setOperator(address operator) external {
        if (!isValidator(msg.sender)) revert NotAValidator(msg.sender);
        _operators[msg.sender] = operator;
        emit OperatorChanged(msg.sender, operator);
    }

    /// @inheritdoc IValidatorSet
    function setReady(uint256 upgrade, address account, bool ready) external {
        uint256 place = _places[account];
        if (place == 0) revert NotAValidator(account);
        if (msg.sender != account && msg.sender != _operators[account]) {
            revert NotItsOperator(account, msg.sender);
        }
        IUpgradeSchedule.State state =
            IUpgradeSchedule(SystemContracts.UPGRADE_SCHEDULE).stateOf(upgrade);
        if (state != IUpgradeSchedule.State.Pending) revert UpgradeNotPending(upgrade);
        if (_ready[upgrade][account] == ready) revert NothingChanges(account);
        _ready[upgrade][account] = ready;
        uint256 stake = _members[place - 1].stake;
        uint256 sum = ready ? readyStake[upgrade] + stake : readyStake[upgrade] - stake;
        readyStake[upgrade] = sum;
        emit ReadinessChanged(upgrade, account, ready, sum);
    }

    /// @inheritdoc IValidatorSet
    function count() external view returns (uint256) {
        return _members.length;
    }

    /// @inheritdoc IValidatorSet
    function validator(uint256 place) external view returns (Validator memory) {
        Member storage member = _members[place];
        return Validator(
            member.account, _operators[member.account], member.stake, member.keyHash
        );
    }

    /// @inheritdoc IValidatorSet
    function isReady(uint256 upgrade, address account) external view returns (bool) {
        return _ready[upgrade][account];
    }

    /// @inheritdoc IValidatorSet
    function isValidator(address account) public view returns (bool) {
        return _places[account] != 0;
    }
}
