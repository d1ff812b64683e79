// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {SignedRequests} from "../identity/SignedRequests.sol";

/// @title Whose a smart account is
/// @notice The owner is an account of the network: one with keys, which may rotate them, or a
/// contract. It acts by a transaction of its own, or by what it signed, through the account itself.
/// @dev Storage: slot 0 owner and sessionEpoch.
abstract contract OwnedAccount is SignedRequests {
    event OwnerChanged(address indexed from, address indexed to);

    error OnlyOwner(address caller);
    error InvalidOwner(address account);

    bytes32 private constant ACCEPT_TYPEHASH = keccak256("Accept(address newOwner)");

    address public owner;
    /// @notice Session keys of an earlier epoch are void. Every change of the owner begins another.
    uint32 public sessionEpoch;

    modifier onlyOwner() {
        if (msg.sender != owner && msg.sender != address(this)) revert OnlyOwner(msg.sender);
        _;
    }

    /// @notice Makes `newOwner` the owner and voids all session keys.
    /// @param acceptance By the new owner: Accept(address newOwner), so that the account is not
    /// given to one who cannot sign for it.
    function changeOwner(address newOwner, bytes calldata acceptance) external onlyOwner {
        _requireAcceptance(newOwner, acceptance);
        _setOwner(newOwner);
    }

    function _setOwner(address newOwner) internal {
        emit OwnerChanged(owner, newOwner);
        owner = newOwner;
        _voidSessions();
    }

    function _voidSessions() internal {
        sessionEpoch++;
    }

    function _requireAcceptance(address newOwner, bytes calldata acceptance) internal view {
        if (newOwner == address(0) || newOwner == address(this)) revert InvalidOwner(newOwner);
        _requireSigned(newOwner, keccak256(abi.encode(ACCEPT_TYPEHASH, newOwner)), acceptance);
    }
}
