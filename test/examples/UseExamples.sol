// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Blake2b} from "examples/blake2b/IBlake2b.sol";
import {COUNTER, ICounter} from "examples/counter/ICounter.sol";

/// A contract that uses both examples, each in the ways that it allows and one that it does not.
contract UseExamples {
    event Hashed(bytes32 hash);

    function hash(bytes memory message) external returns (bytes32 result) {
        result = Blake2b.hash256(message);
        emit Hashed(result);
    }

    function increment(uint64 by) external returns (uint256) {
        return COUNTER.increment(by);
    }

    /// Pays the value in, and half of it out to the caller.
    function split() external payable {
        COUNTER.deposit{value: msg.value}(address(this));
        COUNTER.withdraw(msg.sender, msg.value / 2);
    }

    function total() external view returns (uint256) {
        return COUNTER.total();
    }

    /// What was done before a revert is undone.
    function incrementInVain() external returns (uint256) {
        try this.incrementAndRevert() {} catch {}
        return COUNTER.total();
    }

    function incrementAndRevert() external {
        COUNTER.increment(1);
        revert("in vain");
    }

    function borrow() external returns (bool done) {
        (done,) =
            address(COUNTER).delegatecall{gas: 50_000}(abi.encodeCall(ICounter.increment, (1)));
    }

    function lookAndTouch() external view returns (bool done) {
        (done,) =
            address(COUNTER).staticcall{gas: 50_000}(abi.encodeCall(ICounter.increment, (1)));
    }
}
