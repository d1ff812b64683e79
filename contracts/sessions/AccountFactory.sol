// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";

import {SystemContracts} from "../system/SystemContracts.sol";
import {PQAccount} from "./PQAccount.sol";

/// @title Makes smart accounts
/// @notice Where an account will stand follows from its first owner and a salt, so that it can be
/// paid before it is made. Whoever makes it, it is the owner's.
/// @dev ERC-1167 clones of ACCOUNT_IMPLEMENTATION by CREATE2. No storage.
contract AccountFactory {
    event AccountCreated(address indexed account, address indexed owner, bytes32 salt);

    error InvalidOwner(address owner);

    /// @notice Makes the account, if it is not there yet.
    function create(address owner, bytes32 salt) external returns (PQAccount account) {
        account = PQAccount(payable(addressOf(owner, salt)));
        if (owner == address(0)) revert InvalidOwner(owner);
        if (address(account).code.length > 0) return account;
        Clones.cloneDeterministic(SystemContracts.ACCOUNT_IMPLEMENTATION, _saltOf(owner, salt));
        account.initialize(owner);
        emit AccountCreated(address(account), owner, salt);
    }

    /// @notice Where the account of this owner and salt stands, made or not.
    function addressOf(address owner, bytes32 salt) public view returns (address) {
        return Clones.predictDeterministicAddress(
            SystemContracts.ACCOUNT_IMPLEMENTATION, _saltOf(owner, salt)
        );
    }

    function _saltOf(address owner, bytes32 salt) private pure returns (bytes32) {
        return keccak256(abi.encode(owner, salt));
    }
}
