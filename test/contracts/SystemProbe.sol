// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Treasury} from "../../contracts/governance/Treasury.sol";
import {CheckIn} from "../../contracts/identity/CheckIn.sol";

/// @notice The treasury with somebody else for a timelock, and a tier for whatever that does.
contract TreasuryOf is Treasury {
    address private _boss;
    uint8 private _tier = 2;

    constructor(address boss) payable {
        _boss = boss;
    }

    function runAs(uint8 tier) external {
        _tier = tier;
    }

    function _timelock() internal view override returns (address) {
        return _boss;
    }

    function _runningTier() internal view override returns (uint8) {
        return _tier;
    }
}

/// @notice A recipient with a mood.
contract Recipient {
    enum Mood {
        Glad,
        Refusing,
        Wasteful,
        Greedy
    }

    Mood public mood;
    address public target;
    bytes public data;
    uint256 public answers;
    bytes public answer;

    function be(Mood mood_) external {
        mood = mood_;
    }

    /// @notice What a greedy one calls when it is paid.
    function want(address target_, bytes calldata data_) external {
        (mood, target, data) = (Mood.Greedy, target_, data_);
    }

    function call(address to, bytes calldata input) external {
        (bool done, bytes memory output) = to.call(input);
        if (done) return;
        assembly ("memory-safe") {
            revert(add(output, 32), mload(output))
        }
    }

    receive() external payable {
        if (mood == Mood.Refusing) revert("not from you");
        if (mood == Mood.Wasteful) {
            assembly ("memory-safe") {
                return(0, 1000000)
            }
        }
        if (mood == Mood.Greedy) {
            (bool done, bytes memory output) = target.call(data);
            (answers, answer) = (answers + 1, abi.encode(done, output));
        }
    }
}

/// @notice What session keys are for.
contract Game {
    uint256 public moves;
    address public lastPlayer;
    bytes public answer;

    receive() external payable {}

    function move() external payable returns (uint256) {
        lastPlayer = msg.sender;
        return ++moves;
    }

    function resign() external {
        moves = 0;
    }

    function fail() external pure {
        revert("told to");
    }

    /// @dev Remembers how `data` to the caller ended, and goes on.
    function callBack(bytes calldata data) external payable {
        (bool done, bytes memory output) = msg.sender.call(data);
        answer = abi.encode(done, output);
    }

    function callOther(address target, bytes calldata data) external payable {
        (bool done, bytes memory output) = target.call(data);
        answer = abi.encode(done, output);
    }
}

/// @notice A contract that vouches for what it was told to, and has a switch of its own.
contract Voucher {
    bytes32 public vouched;

    function vouch(bytes32 hash) external {
        vouched = hash;
    }

    function arm(CheckIn checkIn, uint256 period, bytes32 action) external {
        checkIn.arm(period, action);
    }

    function isValidSignature(bytes32 hash, bytes calldata) external view returns (bytes4) {
        return hash == vouched ? this.isValidSignature.selector : bytes4(0);
    }
}
