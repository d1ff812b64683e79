// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {DIDRegistry} from "../identity/DIDRegistry.sol";
import {SignedRequests} from "../identity/SignedRequests.sol";
import {SystemContracts} from "../system/SystemContracts.sol";

/// @title Which prekeys somebody gives out
/// @notice For an account or a did:pars identity: the root over its prekey bundles, which travel
/// without the chain and are signed themselves. Epochs rise, so that a reader never goes back.
/// @dev No session, no participant and no message ever stands on chain.
///
/// Typed data of the relayed forms, in the domain (KeyDirectory, 1) of this network:
///   Prekeys(address account,uint64 epoch,bytes32 root,uint32 count,uint64 expiry)
///   IdentityPrekeys(bytes32 id,uint32 controlEpoch,uint64 epoch,bytes32 root,uint32 count,
///     uint64 expiry)
/// They hold once, because epochs rise, and not after the expiry of what they publish. What a
/// controller signed holds no more once control has passed on.
/// Storage: 0 entries of accounts, 1 entries of identities.
contract KeyDirectory is SignedRequests {
    struct Entry {
        /// @dev Who published it: the account, or the identity's controller at that time.
        address publisher;
        /// @dev 1 or more; 0 when nothing was ever published.
        uint64 epoch;
        /// @dev How many bundles the root is over.
        uint32 count;
        /// @dev Zero: none are given out.
        bytes32 root;
        uint64 publishedAt;
        /// @dev The last second at which they are given out.
        uint64 expiry;
        /// @dev Of the identity when they were published; zero for an account.
        uint32 controlEpoch;
    }

    event Published(
        address indexed account, uint64 epoch, bytes32 root, uint32 count, uint64 expiry
    );
    event IdentityPublished(
        bytes32 indexed id, uint64 epoch, bytes32 root, uint32 count, uint64 expiry
    );

    error OnlyController(bytes32 id, address caller);
    /// @dev Never brought to the registry of identities, or deactivated.
    error NoSuchIdentity(bytes32 id);
    /// @param epoch The one that stands; the next is greater.
    error NotNewer(uint64 epoch);
    /// @dev Who has a key for a while must not use up all epochs.
    error TooFarAhead(uint64 epoch, uint64 mostStep);
    error InvalidExpiry(uint64 expiry, uint256 least, uint256 most);
    /// @dev There are bundles and a root, or neither.
    error InvalidRoot(bytes32 root, uint32 count);

    bytes32 private constant PREKEYS_TYPEHASH = keccak256(
        "Prekeys(address account,uint64 epoch,bytes32 root,uint32 count,uint64 expiry)"
    );
    bytes32 private constant IDENTITY_PREKEYS_TYPEHASH = keccak256(
        "IdentityPrekeys(bytes32 id,uint32 controlEpoch,uint64 epoch,bytes32 root,uint32 count,uint64 expiry)"
    );
    /// @notice The longest that prekeys are given out, in seconds.
    uint256 public constant MOST_LIFETIME = 400 days;
    uint64 private constant MOST_STEP = 2 ** 32;

    mapping(address account => Entry) private _ofAccounts;
    mapping(bytes32 id => Entry) private _ofIdentities;

    /// @notice Gives out prekeys of the caller.
    /// @param epoch Greater than the one that stands.
    /// @param root Over the bundles; zero, with count zero, gives out none any more.
    /// @param expiry The last second at which they are given out.
    function publish(uint64 epoch, bytes32 root, uint32 count, uint64 expiry) external {
        _publish(msg.sender, epoch, root, count, expiry);
    }

    /// @notice The same, signed by `account` and brought by anyone.
    function publishBySignature(
        address account,
        uint64 epoch,
        bytes32 root,
        uint32 count,
        uint64 expiry,
        bytes calldata signature
    ) external {
        bytes32 request =
            keccak256(abi.encode(PREKEYS_TYPEHASH, account, epoch, root, count, expiry));
        _requireSigned(account, request, signature);
        _publish(account, epoch, root, count, expiry);
    }

    /// @notice Gives out prekeys of an identity that the caller controls.
    function publishFor(bytes32 id, uint64 epoch, bytes32 root, uint32 count, uint64 expiry)
        external
    {
        DIDRegistry.Identity memory identity = _identity(id);
        if (identity.controller != msg.sender) revert OnlyController(id, msg.sender);
        _publishFor(id, identity, epoch, root, count, expiry);
    }

    /// @notice The same, signed by the controller and brought by anyone.
    function publishForBySignature(
        bytes32 id,
        uint64 epoch,
        bytes32 root,
        uint32 count,
        uint64 expiry,
        bytes calldata signature
    ) external {
        DIDRegistry.Identity memory identity = _identity(id);
        if (identity.controller == address(0)) revert NoSuchIdentity(id);
        bytes32 request = keccak256(
            abi.encode(
                IDENTITY_PREKEYS_TYPEHASH, id, identity.controlEpoch, epoch, root, count, expiry
            )
        );
        _requireSigned(identity.controller, request, signature);
        _publishFor(id, identity, epoch, root, count, expiry);
    }

    /// @notice What stands for `account`. Who uses a bundle checks its signature and the expiry.
    function entryOf(address account) external view returns (Entry memory) {
        return _ofAccounts[account];
    }

    /// @notice What stands for an identity: without a root when it is deactivated, or when control
    /// has passed on since.
    function entryOfIdentity(bytes32 id) external view returns (Entry memory entry) {
        entry = _ofIdentities[id];
        DIDRegistry.Identity memory identity = _identity(id);
        bool stands =
            identity.controller != address(0) && entry.controlEpoch == identity.controlEpoch;
        if (!stands) (entry.root, entry.count) = (0, 0);
    }

    function _publish(address account, uint64 epoch, bytes32 root, uint32 count, uint64 expiry)
        private
    {
        _write(_ofAccounts[account], account, epoch, root, count, expiry);
        emit Published(account, epoch, root, count, expiry);
    }

    function _publishFor(
        bytes32 id,
        DIDRegistry.Identity memory identity,
        uint64 epoch,
        bytes32 root,
        uint32 count,
        uint64 expiry
    ) private {
        _write(_ofIdentities[id], identity.controller, epoch, root, count, expiry);
        _ofIdentities[id].controlEpoch = identity.controlEpoch;
        emit IdentityPublished(id, epoch, root, count, expiry);
    }

    function _write(
        Entry storage entry,
        address publisher,
        uint64 epoch,
        bytes32 root,
        uint32 count,
        uint64 expiry
    ) private {
        if (epoch <= entry.epoch) revert NotNewer(entry.epoch);
        if (epoch - entry.epoch > MOST_STEP) revert TooFarAhead(entry.epoch, MOST_STEP);
        if ((root == 0) != (count == 0)) revert InvalidRoot(root, count);
        if (expiry < block.timestamp || expiry > block.timestamp + MOST_LIFETIME) {
            revert InvalidExpiry(expiry, block.timestamp, block.timestamp + MOST_LIFETIME);
        }
        (entry.publisher, entry.epoch, entry.count) = (publisher, epoch, count);
        (entry.root, entry.publishedAt, entry.expiry) = (root, uint64(block.timestamp), expiry);
    }

    /// @return identity Without a controller when it is deactivated.
    function _identity(bytes32 id) private view returns (DIDRegistry.Identity memory identity) {
        identity = DIDRegistry(SystemContracts.DID_REGISTRY).identityOf(id);
        if (identity.deactivated) identity.controller = address(0);
    }

    function _domain() internal pure override returns (string memory, string memory) {
        return ("KeyDirectory", "1");
    }
}
