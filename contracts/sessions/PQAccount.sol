// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ERC721Holder} from "@openzeppelin/contracts/token/ERC721/utils/ERC721Holder.sol";
import {ERC1155Holder} from "@openzeppelin/contracts/token/ERC1155/utils/ERC1155Holder.sol";

import {AccountAuthentication} from "../pq/AccountAuthentication.sol";
import {SystemContracts} from "../system/SystemContracts.sol";
import {AccountRecovery} from "./AccountRecovery.sol";
import {Call} from "./Calls.sol";
import {SessionKeys} from "./SessionKeys.sol";

/// @title A smart account of a post-quantum network
/// @notice Does what its owner sends or signs, in batches; vouches for what its owner signed; lets
/// session keys do a little; and can be recovered. Each account is a clone, made by AccountFactory.
/// @dev Nonces come in lanes as in ERC-4337: key (192 bits) || sequence (64 bits), so that requests
/// under way need not arrive in order. There is no validateUserOp: a request is a call that anyone
/// may bring, and needs no EntryPoint.
/// Storage: slot 0 owner, session epoch; 1 sessions; 2 to 5 recovery; 6 nonces.
///
/// Typed data of the owner, in the domain (PQAccount, 1) of the account and network:
///   Execute(Call[] calls,uint256 nonce,uint256 deadline)Call(address to,uint256 value,bytes data)
///   Message(bytes32 hash)
/// and of a new owner: Accept(address newOwner).
contract PQAccount is SessionKeys, AccountRecovery, IERC1271, ERC721Holder, ERC1155Holder {
    event Executed(uint256 indexed nonce, uint256 calls);

    error OnlyFactory(address caller);

    bytes32 private constant EXECUTE_TYPEHASH = keccak256(
        bytes.concat("Execute(Call[] calls,uint256 nonce,uint256 deadline)", CALL_TYPE)
    );
    bytes32 private constant MESSAGE_TYPEHASH = keccak256("Message(bytes32 hash)");

    mapping(uint192 key => uint64 sequence) private _sequences;

    receive() external payable {}

    /// @dev In the transaction that makes the clone, and never for the implementation.
    function initialize(address owner_) external {
        if (msg.sender != SystemContracts.ACCOUNT_FACTORY) revert OnlyFactory(msg.sender);
        _setOwner(owner_);
    }

    /// @notice Makes calls, by the owner.
    function execute(Call[] calldata calls)
        external
        payable
        onlyOwner
        nonReentrant
        returns (bytes[] memory outputs)
    {
        if (calls.length == 0) revert NoCalls();
        return _make(calls);
    }

    /// @notice Makes calls that the owner signed. Anyone may bring them, and chooses the gas.
    /// @param nonce As `getNonce` gives it. A request without calls only uses it up.
    /// @param deadline The last second at which the request holds.
    function executeBySignature(
        Call[] calldata calls,
        uint256 nonce,
        uint256 deadline,
        bytes calldata signature
    ) external nonReentrant returns (bytes[] memory outputs) {
        _requireInTime(deadline);
        uint256 expected = getNonce(uint192(nonce >> 64));
        if (nonce != expected) revert WrongNonce(nonce, expected);
        bytes32 request =
            keccak256(abi.encode(EXECUTE_TYPEHASH, _hashOf(calls), nonce, deadline));
        _requireSigned(owner, request, signature);
        _sequences[uint192(nonce >> 64)]++;
        emit Executed(nonce, calls.length);
        return _make(calls);
    }

    /// @notice ERC-1271: whether the owner signed Message(hash) for this account. What was signed
    /// for another account, though of the same owner, is no signature here.
    function isValidSignature(bytes32 hash, bytes calldata signature)
        external
        view
        returns (bytes4)
    {
        bytes32 digest = _typedDataHash(keccak256(abi.encode(MESSAGE_TYPEHASH, hash)));
        bool valid = AccountAuthentication.isValidSignature(owner, digest, signature);
        return valid ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }

    /// @notice The next nonce of a lane.
    function getNonce(uint192 key) public view returns (uint256) {
        return uint256(key) << 64 | _sequences[key];
    }

    function _domain() internal pure override returns (string memory, string memory) {
        return ("PQAccount", "1");
    }
}
