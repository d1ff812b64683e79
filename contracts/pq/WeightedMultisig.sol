// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {EnumerableMap} from "@openzeppelin/contracts/utils/structs/EnumerableMap.sol";

import {AccountAuthentication} from "./AccountAuthentication.sol";
import {NetworkEIP712} from "./NetworkEIP712.sol";

/// @title A treasury or council whose owners act by weight
/// @notice Owners are accounts, never keys: an owner who rotates a key stays an owner, and the old
/// key is none. They approve a proposal off chain by signing its EIP-712 digest, or on chain.
/// Whoever brings approvals of enough weight executes it: all of its calls, or none.
/// @dev Proposals are executed one nonce after the other. Any executed proposal, also one without
/// calls, makes all others of its nonce void: that is how a quorum cancels. One owner takes back an
/// approval by `retract`. Owners, weights and threshold are those at the time of execution.
contract WeightedMultisig is NetworkEIP712, ReentrancyGuardTransient, IERC1271 {
    using EnumerableMap for EnumerableMap.AddressToUintMap;

    struct Call {
        address to;
        uint256 value;
        bytes data;
    }

    struct Owner {
        address account;
        uint64 weight;
    }

    /// @dev An empty signature stands for an approval on chain.
    struct Approval {
        address owner;
        bytes signature;
    }

    enum Standing {
        None,
        Approved,
        Retracted
    }

    event Executed(uint256 indexed nonce, bytes32 indexed digest, uint256 calls);
    event Configured(uint256 threshold, uint256 totalWeight);
    /// @param weight Zero when it is no owner any more.
    event OwnerChanged(address indexed account, uint64 weight);
    event Approved(bytes32 indexed digest, address indexed owner);
    event Retracted(bytes32 indexed digest, address indexed owner);
    event Received(address indexed from, uint256 value);

    error OnlySelf();
    error NotAnOwner(address account);
    error InvalidOwner(address account);
    /// @dev Of a list of accounts, which ascends strictly so that none stands in it twice.
    error OutOfOrder(address account);
    error TooManyOwners(uint256 most);
    error InvalidThreshold(uint256 threshold, uint256 totalWeight);
    error Expired(uint256 expiry);
    error NotApproved(address owner);
    error TooLittleWeight(uint256 weight, uint256 threshold);
    error NoCode(uint256 index);
    error CallFailed(uint256 index, bytes output);

    bytes32 private constant CALL_TYPEHASH =
        keccak256("Call(address to,uint256 value,bytes data)");
    bytes32 private constant PROPOSAL_TYPEHASH = keccak256(
        "Proposal(Call[] calls,uint256 nonce,uint256 expiry)"
        "Call(address to,uint256 value,bytes data)"
    );
    bytes32 private constant MESSAGE_TYPEHASH = keccak256("Message(bytes32 hash)");
    uint256 private constant MOST_OWNERS = 64;

    /// @notice Of the proposal that may be executed next.
    uint256 public nonce;
    /// @notice The least weight that executes a proposal.
    uint256 public threshold;
    uint256 public totalWeight;
    /// @notice What an owner said on chain of a digest.
    mapping(bytes32 digest => mapping(address owner => Standing)) public standing;
    EnumerableMap.AddressToUintMap private _weights;

    /// @param owners_ In ascending order of their accounts.
    constructor(Owner[] memory owners_, uint256 threshold_) payable {
        _configure(owners_, threshold_);
    }

    receive() external payable {
        emit Received(msg.sender, msg.value);
    }

    /// @notice Makes the calls in order. Anyone may bring the approvals.
    /// @dev And chooses the gas with them: what must not go on after a call of its own ran out of
    /// gas has to see to that itself.
    /// @param expiry The last second, by the block's timestamp, at which this proposal holds.
    /// @param approvals In ascending order of their owners.
    function execute(Call[] calldata calls, uint256 expiry, Approval[] calldata approvals)
        external
        nonReentrant
        returns (bytes[] memory outputs)
    {
        if (block.timestamp > expiry) revert Expired(expiry);
        uint256 used = nonce;
        bytes32 digest = proposalDigest(calls, used, expiry);
        (uint256 weight, bool valid, address culprit) = _weigh(digest, approvals);
        if (!valid) revert NotApproved(culprit);
        if (weight < threshold) revert TooLittleWeight(weight, threshold);
        nonce = used + 1;
        outputs = new bytes[](calls.length);
        for (uint256 index = 0; index < calls.length; index++) {
            outputs[index] = _call(index, calls[index]);
        }
        emit Executed(used, digest, calls.length);
    }

    /// @notice Adds, removes (weight 0) and re-weighs owners and sets the threshold, at once. Only
    /// as a call of a proposal.
    /// @param changes In ascending order of their accounts.
    function configure(Owner[] calldata changes, uint256 newThreshold) external {
        if (msg.sender != address(this)) revert OnlySelf();
        _configure(changes, newThreshold);
    }

    /// @notice Approves a proposal or message on chain, where signatures would not fit a
    /// transaction.
    /// @dev Stands until it is retracted: a later rotation of the owner's key does not undo it.
    function approve(bytes32 digest) external {
        _requireOwner(msg.sender);
        standing[digest][msg.sender] = Standing.Approved;
        emit Approved(digest, msg.sender);
    }

    /// @notice Takes back what the caller signed or approved, until the caller approves on chain.
    /// @dev Also who is no owner any more: what he approved would count again if he were added back.
    function retract(bytes32 digest) external {
        standing[digest][msg.sender] = Standing.Retracted;
        emit Retracted(digest, msg.sender);
    }

    /// @notice ERC-1271, with `abi.encode(Approval[])` for a signature: approvals of
    /// `messageDigest(hash)` by enough weight. Holds as long as owners, keys and weights say so.
    /// @dev Reverts for bytes that encode no approvals.
    function isValidSignature(bytes32 hash, bytes calldata signature)
        external
        view
        returns (bytes4)
    {
        Approval[] memory approvals = abi.decode(signature, (Approval[]));
        (uint256 weight, bool valid,) = _weigh(messageDigest(hash), approvals);
        bool enough = valid && weight >= threshold;
        return enough ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }

    /// @notice What owners sign to have `calls` executed.
    function proposalDigest(Call[] calldata calls, uint256 nonce_, uint256 expiry)
        public
        view
        returns (bytes32)
    {
        bytes32[] memory hashes = new bytes32[](calls.length);
        for (uint256 index = 0; index < calls.length; index++) {
            Call calldata one = calls[index];
            bytes32 data = keccak256(one.data);
            hashes[index] = keccak256(abi.encode(CALL_TYPEHASH, one.to, one.value, data));
        }
        bytes32 all = keccak256(abi.encodePacked(hashes));
        return _typedDataHash(keccak256(abi.encode(PROPOSAL_TYPEHASH, all, nonce_, expiry)));
    }

    /// @notice What owners sign to have this contract vouch for `hash` by ERC-1271.
    function messageDigest(bytes32 hash) public view returns (bytes32) {
        return _typedDataHash(keccak256(abi.encode(MESSAGE_TYPEHASH, hash)));
    }

    /// @notice All owners, in no particular order.
    function owners() external view returns (Owner[] memory all) {
        all = new Owner[](_weights.length());
        for (uint256 index = 0; index < all.length; index++) {
            (address account, uint256 weight) = _weights.at(index);
            all[index] = Owner(account, uint64(weight));
        }
    }

    /// @notice Zero for an account that is no owner.
    function weightOf(address account) public view returns (uint64) {
        (, uint256 weight) = _weights.tryGet(account);
        return uint64(weight);
    }

    function _call(uint256 index, Call calldata one) private returns (bytes memory) {
        // A call of nothing succeeds: a mistyped target would look like an executed proposal.
        if (one.data.length > 0 && one.to.code.length == 0) revert NoCode(index);
        (bool done, bytes memory output) = one.to.call{value: one.value}(one.data);
        if (!done) revert CallFailed(index, output);
        return output;
    }

    /// @return weight Of all approvals.
    /// @return valid Whether each is one, by an owner, and none stands twice.
    /// @return culprit Whose is none.
    function _weigh(bytes32 digest, Approval[] memory approvals)
        private
        view
        returns (uint256 weight, bool valid, address culprit)
    {
        address previous = address(0);
        for (uint256 index = 0; index < approvals.length; index++) {
            address owner = approvals[index].owner;
            uint64 share = weightOf(owner);
            bool counts = owner > previous && share > 0
                && _approves(owner, digest, approvals[index].signature);
            if (!counts) return (0, false, owner);
            weight += share;
            previous = owner;
        }
        return (weight, true, address(0));
    }

    function _approves(address owner, bytes32 digest, bytes memory signature)
        private
        view
        returns (bool)
    {
        Standing said = standing[digest][owner];
        if (said == Standing.Retracted) return false;
        if (signature.length == 0) return said == Standing.Approved;
        return AccountAuthentication.isValidSignature(owner, digest, signature);
    }

    function _configure(Owner[] memory changes, uint256 newThreshold) private {
        uint256 total = totalWeight;
        address previous = address(0);
        for (uint256 index = 0; index < changes.length; index++) {
            (address account, uint64 weight) = (changes[index].account, changes[index].weight);
            if (account == address(0) || account == address(this)) revert InvalidOwner(account);
            if (account <= previous) revert OutOfOrder(account);
            previous = account;
            total = total - weightOf(account) + weight;
            if (weight > 0) _weights.set(account, weight);
            else if (!_weights.remove(account)) revert NotAnOwner(account);
            emit OwnerChanged(account, weight);
        }
        if (_weights.length() > MOST_OWNERS) revert TooManyOwners(MOST_OWNERS);
        if (newThreshold == 0 || newThreshold > total) revert InvalidThreshold(newThreshold, total);
        (totalWeight, threshold) = (total, newThreshold);
        emit Configured(newThreshold, total);
    }

    function _requireOwner(address account) private view {
        if (weightOf(account) == 0) revert NotAnOwner(account);
    }

    function _domain() internal pure override returns (string memory, string memory) {
        return ("WeightedMultisig", "1");
    }
}
