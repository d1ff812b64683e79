// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {PQ} from "../pq/PQ.sol";
import {SignedRequests} from "./SignedRequests.sol";

/// @title Where the event logs of did:pars identities stand
/// @notice An identity is a signed log of events that travels without the chain. Here stands only
/// how far it had come: the hash of its head event, and when that was anchored, from which readers
/// tell how stale a copy may be.
/// @dev id = SHA3-256("pars-did-1" || controller || inceptionHash): it can be told without a chain,
/// and only the controller that the inception names can bring it here, so nobody is forestalled.
/// The id is the same on every network; who controls it is told by each network for itself.
///
/// Typed data of the relayed forms, in the domain (DIDRegistry, 1) of this network:
///   Incept(address controller,bytes32 inceptionHash,uint256 deadline)
///   Anchor(bytes32 id,bytes32 head,uint64 sequence,uint32 controlEpoch,uint256 deadline)
///   Deactivate(bytes32 id,uint32 controlEpoch,uint256 deadline)
/// None holds twice: an id is incepted once, sequences rise, and deactivation is final. None holds
/// after control passed on, not even when it has come back since: the epoch is another.
/// Storage: 0 identities.
contract DIDRegistry is SignedRequests {
    struct Identity {
        address controller;
        /// @dev Of the head event. The inception is event 0.
        uint64 sequence;
        /// @dev How often control has passed on. Each time costs gas: 2^32 are out of reach.
        uint32 controlEpoch;
        /// @dev Hash of the head event; of the inception at first.
        bytes32 head;
        /// @dev Who may accept control; zero = nobody.
        address offeredTo;
        /// @dev Timestamp and number of the block of the last anchor or deactivation.
        uint48 anchoredAt;
        uint40 anchoredHeight;
        bool deactivated;
    }

    event Incepted(bytes32 indexed id, address indexed controller, bytes32 inceptionHash);
    event Anchored(bytes32 indexed id, bytes32 head, uint64 sequence);
    event ControlOffered(bytes32 indexed id, address indexed to);
    event ControlAccepted(
        bytes32 indexed id, address indexed from, address indexed to, uint32 controlEpoch
    );
    event Deactivated(bytes32 indexed id);

    error NoSuchIdentity(bytes32 id);
    error AlreadyIncepted(bytes32 id);
    error IsDeactivated(bytes32 id);
    error OnlyController(bytes32 id, address caller);
    error NotOffered(bytes32 id, address caller);
    error InvalidHash();
    /// @param sequence The one that stands; the next is greater.
    error NotNewer(bytes32 id, uint64 sequence);
    /// @dev Who controls an identity for a while must not use up all sequence numbers.
    error TooFarAhead(bytes32 id, uint64 sequence, uint64 mostStep);

    uint64 private constant MOST_STEP = 2 ** 32;
    bytes32 private constant INCEPT_TYPEHASH =
        keccak256("Incept(address controller,bytes32 inceptionHash,uint256 deadline)");
    bytes32 private constant ANCHOR_TYPEHASH = keccak256(
        "Anchor(bytes32 id,bytes32 head,uint64 sequence,uint32 controlEpoch,uint256 deadline)"
    );
    bytes32 private constant DEACTIVATE_TYPEHASH =
        keccak256("Deactivate(bytes32 id,uint32 controlEpoch,uint256 deadline)");

    mapping(bytes32 id => Identity) private _identities;

    /// @notice Brings an identity of the caller's here.
    /// @param inceptionHash Of the inception event; not zero.
    function incept(bytes32 inceptionHash) external returns (bytes32 id) {
        return _incept(msg.sender, inceptionHash);
    }

    /// @notice The same, signed by `controller` and brought by anyone.
    function inceptBySignature(
        address controller,
        bytes32 inceptionHash,
        uint256 deadline,
        bytes calldata signature
    ) external returns (bytes32 id) {
        _requireInTime(deadline);
        _requireSigned(
            controller,
            keccak256(abi.encode(INCEPT_TYPEHASH, controller, inceptionHash, deadline)),
            signature
        );
        return _incept(controller, inceptionHash);
    }

    /// @notice Says that the log's head is the event `head`.
    /// @param sequence Of that event, greater than the one that stands.
    function anchor(bytes32 id, bytes32 head, uint64 sequence) external {
        _anchor(_controlled(id, msg.sender), id, head, sequence);
    }

    /// @notice The same, signed by the controller in the epoch that stands, and brought by anyone.
    function anchorBySignature(
        bytes32 id,
        bytes32 head,
        uint64 sequence,
        uint256 deadline,
        bytes calldata signature
    ) external {
        Identity storage identity = _active(id);
        _requireInTime(deadline);
        _requireSigned(
            identity.controller,
            keccak256(
                abi.encode(ANCHOR_TYPEHASH, id, head, sequence, identity.controlEpoch, deadline)
            ),
            signature
        );
        _anchor(identity, id, head, sequence);
    }

    /// @notice Lets `to` accept control, in place of whom it was offered to; zero takes the offer
    /// back.
    function offerControl(bytes32 id, address to) external {
        _controlled(id, msg.sender).offeredTo = to;
        emit ControlOffered(id, to);
    }

    /// @notice Makes the caller, to whom it was offered, the controller. What was signed before holds
    /// no more: who offers control to itself and accepts takes back what it signed.
    function acceptControl(bytes32 id) external {
        Identity storage identity = _active(id);
        if (identity.offeredTo != msg.sender) revert NotOffered(id, msg.sender);
        uint32 controlEpoch = identity.controlEpoch + 1;
        emit ControlAccepted(id, identity.controller, msg.sender, controlEpoch);
        (identity.controller, identity.controlEpoch) = (msg.sender, controlEpoch);
        identity.offeredTo = address(0);
    }

    /// @notice Ends an identity for good. Its last head stays readable.
    function deactivate(bytes32 id) external {
        _deactivate(_controlled(id, msg.sender), id);
    }

    /// @notice The same, signed by the controller in the epoch that stands, and brought by anyone.
    function deactivateBySignature(bytes32 id, uint256 deadline, bytes calldata signature)
        external
    {
        Identity storage identity = _active(id);
        _requireInTime(deadline);
        _requireSigned(
            identity.controller,
            keccak256(abi.encode(DEACTIVATE_TYPEHASH, id, identity.controlEpoch, deadline)),
            signature
        );
        _deactivate(identity, id);
    }

    /// @notice The identity with this inception; needs no registration to be told.
    function idOf(address controller, bytes32 inceptionHash) public view returns (bytes32) {
        return PQ.sha3_256(abi.encodePacked("pars-did-1", controller, inceptionHash));
    }

    /// @notice All zero for an id that was never brought here.
    function identityOf(bytes32 id) external view returns (Identity memory) {
        return _identities[id];
    }

    /// @notice Who speaks for `id` now: zero for one that is deactivated or was never brought here.
    function controllerOf(bytes32 id) external view returns (address) {
        Identity storage identity = _identities[id];
        return identity.deactivated ? address(0) : identity.controller;
    }

    function _incept(address controller, bytes32 inceptionHash) private returns (bytes32 id) {
        if (inceptionHash == 0) revert InvalidHash();
        id = idOf(controller, inceptionHash);
        Identity storage identity = _identities[id];
        if (identity.controller != address(0)) revert AlreadyIncepted(id);
        identity.controller = controller;
        _stand(identity, inceptionHash, 0);
        emit Incepted(id, controller, inceptionHash);
    }

    function _anchor(Identity storage identity, bytes32 id, bytes32 head, uint64 sequence)
        private
    {
        if (head == 0) revert InvalidHash();
        if (sequence <= identity.sequence) revert NotNewer(id, identity.sequence);
        if (sequence - identity.sequence > MOST_STEP) {
            revert TooFarAhead(id, identity.sequence, MOST_STEP);
        }
        _stand(identity, head, sequence);
        emit Anchored(id, head, sequence);
    }

    function _stand(Identity storage identity, bytes32 head, uint64 sequence) private {
        (identity.head, identity.sequence) = (head, sequence);
        _stamp(identity);
    }

    function _stamp(Identity storage identity) private {
        identity.anchoredAt = uint48(block.timestamp);
        identity.anchoredHeight = uint40(block.number);
    }

    function _deactivate(Identity storage identity, bytes32 id) private {
        (identity.deactivated, identity.offeredTo) = (true, address(0));
        _stamp(identity);
        emit Deactivated(id);
    }

    function _controlled(bytes32 id, address caller) private view returns (Identity storage) {
        Identity storage identity = _active(id);
        if (identity.controller != caller) revert OnlyController(id, caller);
        return identity;
    }

    function _active(bytes32 id) private view returns (Identity storage identity) {
        identity = _identities[id];
        if (identity.controller == address(0)) revert NoSuchIdentity(id);
        if (identity.deactivated) revert IsDeactivated(id);
    }

    function _domain() internal pure override returns (string memory, string memory) {
        return ("DIDRegistry", "1");
    }
}
