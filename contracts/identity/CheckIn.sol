// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {SignedRequests} from "./SignedRequests.sol";

/// @title A dead man's switch
/// @notice An account says that it will be heard of within every period. When it was not, anyone
/// may say so, which holds until the account arms anew. What then happens is for others: a
/// PQAccount whose switch has triggered refuses its session keys and can be recovered sooner, and
/// guardians act by what they agreed on. Times are in seconds by the block's timestamp.
/// @dev Nothing here is secret. Whoever holds the account's key can check in for it: the switch
/// tells that a key is not used, and neither that a person is dead nor that one is free.
///
/// Typed data of the relayed form, in the domain (CheckIn, 1) of this network:
///   CheckIn(address account,uint64 seenAt)
/// It holds once, and says nothing later than `seenAt`, however long it was under way.
/// Storage: 0 switches.
contract CheckIn is SignedRequests {
    struct Switch {
        /// @dev Zero when not armed.
        uint48 period;
        /// @dev When the account was heard of last: it armed, checked in, or signed that it did.
        uint48 seenAt;
        /// @dev Zero until it triggers.
        uint48 triggeredAt;
        /// @dev What the account names to be done; means nothing here.
        bytes32 action;
    }

    event Armed(address indexed account, uint256 period, bytes32 action);
    event Disarmed(address indexed account);
    event CheckedIn(address indexed account, uint256 seenAt);
    event Triggered(address indexed account, bytes32 indexed action);

    error InvalidPeriod(uint256 period, uint256 least, uint256 most);
    error NotArmed(address account);
    error AlreadyTriggered(address account);
    error NotExpired(address account, uint256 expiry);
    /// @param seenAt What stands; a check-in is later.
    error NotNewer(address account, uint256 seenAt);
    error FromTheFuture(uint256 seenAt);

    bytes32 private constant CHECK_IN_TYPEHASH =
        keccak256("CheckIn(address account,uint64 seenAt)");
    uint256 public constant LEAST_PERIOD = 1 hours;
    uint256 public constant MOST_PERIOD = 1460 days;

    mapping(address account => Switch) private _switches;

    /// @notice Arms the caller's switch, or arms it anew: the period runs from now on.
    /// @param action Names what is to be done, such as the hash of an instruction that guardians
    /// hold; zero for none. It is public.
    function arm(uint256 period, bytes32 action) external {
        if (period < LEAST_PERIOD || period > MOST_PERIOD) {
            revert InvalidPeriod(period, LEAST_PERIOD, MOST_PERIOD);
        }
        _switches[msg.sender] = Switch(uint48(period), uint48(block.timestamp), 0, action);
        emit Armed(msg.sender, period, action);
    }

    /// @notice Takes the caller's switch away, triggered or not.
    function disarm() external {
        if (_switches[msg.sender].period == 0) revert NotArmed(msg.sender);
        delete _switches[msg.sender];
        emit Disarmed(msg.sender);
    }

    /// @notice The caller is heard of. Also after the period, as long as nobody triggered.
    function checkIn() external {
        Switch storage one = _untriggered(msg.sender);
        one.seenAt = uint48(block.timestamp);
        emit CheckedIn(msg.sender, block.timestamp);
    }

    /// @notice `account` was heard of at `seenAt`, and signed that.
    function checkInBySignature(address account, uint64 seenAt, bytes calldata signature) external {
        Switch storage one = _untriggered(account);
        if (seenAt > block.timestamp) revert FromTheFuture(seenAt);
        if (seenAt <= one.seenAt) revert NotNewer(account, one.seenAt);
        bytes32 request = keccak256(abi.encode(CHECK_IN_TYPEHASH, account, seenAt));
        _requireSigned(account, request, signature);
        one.seenAt = uint48(seenAt);
        emit CheckedIn(account, seenAt);
    }

    /// @notice Says that the period of `account` went by. Anyone.
    function trigger(address account) external {
        Switch storage one = _untriggered(account);
        uint256 expiry = uint256(one.seenAt) + one.period;
        if (block.timestamp <= expiry) revert NotExpired(account, expiry);
        one.triggeredAt = uint48(block.timestamp);
        emit Triggered(account, one.action);
    }

    /// @notice All zero for an account that never armed, or disarmed.
    function switchOf(address account) external view returns (Switch memory) {
        return _switches[account];
    }

    /// @notice Whether the period went by, triggered or not.
    function expired(address account) external view returns (bool) {
        Switch storage one = _switches[account];
        return one.period > 0 && block.timestamp > uint256(one.seenAt) + one.period;
    }

    /// @notice Whether somebody said so.
    function triggered(address account) external view returns (bool) {
        return _switches[account].triggeredAt > 0;
    }

    function _untriggered(address account) private view returns (Switch storage one) {
        one = _switches[account];
        if (one.period == 0) revert NotArmed(account);
        if (one.triggeredAt > 0) revert AlreadyTriggered(account);
    }

    function _domain() internal pure override returns (string memory, string memory) {
        return ("CheckIn", "1");
    }
}
