// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {VePars} from "../../contracts/governance/VePars.sol";
import {Curve} from "../../contracts/governance/ve/Curve.sol";

/// @notice As a genesis with this curve has it.
contract VeParsOfCurve is VePars {
    constructor(uint256 word) {
        assembly {
            sstore(1, word)
        }
    }
}

/// @notice Many answers at once.
contract VeReader {
    function standings(VePars ve, address[] calldata accounts, uint256 time)
        external
        view
        returns (
            uint256[] memory votes,
            uint256[] memory balances,
            address[] memory delegates,
            uint256 supply
        )
    {
        votes = new uint256[](accounts.length);
        balances = new uint256[](accounts.length);
        delegates = new address[](accounts.length);
        for (uint256 index = 0; index < accounts.length; index++) {
            votes[index] = ve.getPastVotes(accounts[index], time);
            balances[index] = ve.getPastBalanceOf(accounts[index], time);
            delegates[index] = ve.getPastDelegate(accounts[index], time);
        }
        supply = ve.getPastTotalSupply(time);
    }

    /// @dev Of the calls alone, without those of a transaction.
    function gasOfLookups(VePars ve, address account, uint256 time)
        external
        view
        returns (uint256 votes, uint256 balance, uint256 supply)
    {
        uint256 before = gasleft();
        ve.getPastVotes(account, time);
        votes = before - gasleft();
        before = gasleft();
        ve.getPastBalanceOf(account, time);
        balance = before - gasleft();
        before = gasleft();
        ve.getPastTotalSupply(time);
        supply = before - gasleft();
    }
}

/// @notice An owner of locks that is a contract.
contract VeHolder {
    error Unwilling();

    VePars private immutable ve;
    bool public unwilling;
    bytes public onPayment;
    bytes public outcome;
    bytes32 public approved;

    constructor(VePars ve_) {
        ve = ve_;
    }

    receive() external payable {
        if (unwilling) revert Unwilling();
        if (onPayment.length > 0) (, outcome) = address(ve).call(onPayment);
    }

    function setUnwilling(bool unwilling_) external {
        unwilling = unwilling_;
    }

    function setOnPayment(bytes calldata data) external {
        onPayment = data;
    }

    function approve(bytes32 hash) external {
        approved = hash;
    }

    function call(bytes calldata data) external payable {
        (bool done, bytes memory output) = address(ve).call{value: msg.value}(data);
        if (!done) {
            assembly {
                revert(add(output, 32), mload(output))
            }
        }
    }

    function isValidSignature(bytes32 hash, bytes calldata) external view returns (bytes4) {
        return hash == approved ? this.isValidSignature.selector : bytes4(0xffffffff);
    }
}

/// @notice The curve alone.
contract VeCurveProbe {
    function weigh(uint256 word, uint256 amount, uint256 remaining)
        external
        pure
        returns (uint256)
    {
        return Curve.weigh(Curve.decode(word), amount, remaining);
    }
}
