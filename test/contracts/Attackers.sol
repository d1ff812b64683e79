// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IAccounts, ACCOUNTS} from "precompiles/accounts/IAccounts.sol";

/// Calls `target` with `data` while under construction, whatever comes of it.
contract CallsWhenBorn {
    bool public succeeded;

    constructor(address target, bytes memory data) {
        (succeeded,) = target.call(data);
    }
}

/// Lends itself to whoever calls it.
contract Lender {
    event Outcome(bool succeeded, bytes output);

    function call(address target, bytes calldata data) external payable {
        (bool ok, bytes memory output) = target.call{value: msg.value}(data);
        emit Outcome(ok, output);
    }

    function delegate(address target, bytes calldata data) external {
        (bool ok, bytes memory output) = target.delegatecall(data);
        emit Outcome(ok, output);
    }

    /// CALLCODE has no Solidity any more.
    function borrow(address target, bytes calldata data) external {
        bool ok;
        bytes memory input = data;
        assembly {
            ok := callcode(gas(), target, 0, add(input, 32), mload(input), 0, 0)
        }
        emit Outcome(ok, "");
    }

    function look(address target, bytes calldata data) external {
        (bool ok, bytes memory output) = target.staticcall(data);
        emit Outcome(ok, output);
    }

    /// A call of a function that returns nothing: Solidity checks extcodesize first.
    function register() external {
        ACCOUNTS.register();
    }

    function networkId() external view returns (bytes32) {
        return ACCOUNTS.networkId();
    }

    function callThenRevert(address target, bytes calldata data) external {
        (bool ok,) = target.call(data);
        require(ok, "inner");
        revert("outer");
    }

    /// Calls itself `depth` times, then `target`.
    function sink(uint256 depth, address target, bytes calldata data) external returns (bool ok) {
        if (depth == 0) {
            (ok,) = target.staticcall(data);
            return ok;
        }
        return this.sink(depth - 1, target, data);
    }
}
