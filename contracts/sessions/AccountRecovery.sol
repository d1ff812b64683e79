// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {CheckIn} from "../identity/CheckIn.sol";
import {SystemContracts} from "../system/SystemContracts.sol";
import {OwnedAccount} from "./OwnedAccount.sol";

/// @title How a smart account whose owner is lost gets another
/// @notice The owner names a recoverer: the account of a key that nobody has seen yet, whose pieces
/// guardians keep, so that the address tells nothing of them; or a contract of guardians. What the
/// recoverer signs starts a delay, in which the owner can object, twice in a row at most; every
/// objection doubles the next delay. A third recovery cannot be stopped: an owner's key that was
/// stolen would object for ever. An owner whose recoverer was stolen has these delays to move what
/// the account holds.
/// @dev Recovery restrains the owner in nothing else: what a thief of the owner's key can spend, he
/// can spend until the recovery is finished. Times are in seconds.
/// Storage: slots 2 to 5.
///
/// Typed data of the recoverer, in the domain (PQAccount, 1) of the account and network:
///   Recover(address newOwner,uint64 number,uint256 deadline)
abstract contract AccountRecovery is OwnedAccount {
    struct RecoveryState {
        /// @dev In force; zero = none.
        address recoverer;
        /// @dev Of the next recovery, doublings included, unless the switch has triggered.
        uint256 delay;
        uint8 cancels;
        /// @dev What the recoverer signs next.
        uint64 number;
        /// @dev Zero: no recovery is under way.
        address newOwner;
        uint256 due;
        /// @dev In force from `nextFrom` on; that is zero when nothing is to change.
        address nextRecoverer;
        uint256 nextDelay;
        uint256 nextFrom;
    }

    event RecovererSet(address indexed recoverer, uint256 delay, uint256 from);
    event RecoveryStarted(address indexed newOwner, uint64 number, uint256 due);
    event RecoveryCancelled(address indexed newOwner, uint8 cancels);

    error InvalidRecoverer(address recoverer);
    error InvalidDelay(uint256 delay, uint256 least, uint256 most);
    error NoRecoverer();
    error RecoveryUnderWay(address newOwner);
    error NoRecovery();
    error RecoveryIsDue(uint256 due);
    error RecoveryNotDue(uint256 due);
    error NoMoreCancels(uint256 most);

    bytes32 private constant RECOVER_TYPEHASH =
        keccak256("Recover(address newOwner,uint64 number,uint256 deadline)");
    /// @notice Bounds of the delay; also what is waited for at least once the switch has triggered.
    uint256 public constant LEAST_DELAY = 1 days;
    uint256 public constant MOST_DELAY = 365 days;
    /// @notice How many recoveries in a row the owner may cancel.
    uint8 public constant MOST_CANCELS = 2;

    address private _recoverer;
    uint48 private _delay;
    uint8 private _cancels;

    address private _nextRecoverer;
    uint48 private _nextDelay;
    uint48 private _nextFrom;

    address private _newOwner;
    uint48 private _startedAt;
    uint48 private _due;

    uint64 private _number;

    /// @notice Names the recoverer: at once the first time, and after the delay in force when it
    /// replaces or removes one, so that a thief of the owner's key cannot be rid of it at once.
    /// @param recoverer Zero, with delay zero, for none.
    function setRecovery(address recoverer, uint256 delay) external onlyOwner {
        _settle();
        if (_newOwner != address(0)) revert RecoveryUnderWay(_newOwner);
        // It could neither sign nor be lost alone.
        if (recoverer == address(this)) revert InvalidRecoverer(recoverer);
        bool removes = recoverer == address(0) && delay == 0;
        if (!removes && (delay < LEAST_DELAY || delay > MOST_DELAY)) {
            revert InvalidDelay(delay, LEAST_DELAY, MOST_DELAY);
        }
        if (!removes && recoverer == address(0)) revert InvalidRecoverer(recoverer);
        uint256 from = block.timestamp;
        if (_recoverer == address(0)) {
            (_recoverer, _delay) = (recoverer, uint48(delay));
        } else {
            from += _currentDelay();
            (_nextRecoverer, _nextDelay, _nextFrom) = (recoverer, uint48(delay), uint48(from));
        }
        emit RecovererSet(recoverer, delay, from);
    }

    /// @notice Starts the delay after which `newOwner` is the owner. Anyone may bring the
    /// signatures. A recoverer that was to replace this one does not.
    /// @param acceptance By the new owner: Accept(address newOwner).
    /// @param signature By the recoverer.
    function startRecovery(
        address newOwner,
        bytes calldata acceptance,
        uint256 deadline,
        bytes calldata signature
    ) external {
        _settle();
        if (_recoverer == address(0)) revert NoRecoverer();
        if (_newOwner != address(0)) revert RecoveryUnderWay(_newOwner);
        _requireInTime(deadline);
        uint64 number = _number;
        _requireSigned(
            _recoverer,
            keccak256(abi.encode(RECOVER_TYPEHASH, newOwner, number, deadline)),
            signature
        );
        _requireAcceptance(newOwner, acceptance);
        _forgetNext();
        _number = number + 1;
        _newOwner = newOwner;
        _startedAt = uint48(block.timestamp);
        _due = uint48(block.timestamp + _currentDelay());
        emit RecoveryStarted(newOwner, number, _due);
    }

    /// @notice Stops a recovery that is not due.
    function cancelRecovery() external onlyOwner {
        address newOwner = _newOwner;
        if (newOwner == address(0)) revert NoRecovery();
        uint256 due = _dueNow();
        if (block.timestamp >= due) revert RecoveryIsDue(due);
        if (_cancels == MOST_CANCELS) revert NoMoreCancels(MOST_CANCELS);
        _cancels++;
        _forgetRecovery();
        emit RecoveryCancelled(newOwner, _cancels);
    }

    /// @notice Makes the new owner the owner once the recovery is due, and voids all session keys.
    /// Anyone.
    function finishRecovery() external {
        address newOwner = _newOwner;
        if (newOwner == address(0)) revert NoRecovery();
        uint256 due = _dueNow();
        if (block.timestamp < due) revert RecoveryNotDue(due);
        _cancels = 0;
        _forgetRecovery();
        _setOwner(newOwner);
    }

    /// @notice As it stands now.
    function recovery() external view returns (RecoveryState memory state) {
        bool settled = _nextFrom > 0 && block.timestamp >= _nextFrom;
        state.number = _number;
        if (settled) {
            (state.recoverer, state.delay) = (_nextRecoverer, _nextDelay);
            return state;
        }
        (state.recoverer, state.delay, state.cancels) = (_recoverer, _currentDelay(), _cancels);
        (state.nextRecoverer, state.nextDelay, state.nextFrom) =
            (_nextRecoverer, _nextDelay, _nextFrom);
        state.newOwner = _newOwner;
        if (_newOwner != address(0)) state.due = _dueNow();
    }

    /// @dev Puts in force what has become due.
    function _settle() private {
        if (_nextFrom == 0 || block.timestamp < _nextFrom) return;
        (_recoverer, _delay, _cancels) = (_nextRecoverer, _nextDelay, 0);
        _forgetNext();
    }

    function _forgetNext() private {
        (_nextRecoverer, _nextDelay, _nextFrom) = (address(0), 0, 0);
    }

    function _forgetRecovery() private {
        (_newOwner, _startedAt, _due) = (address(0), 0, 0);
    }

    function _currentDelay() private view returns (uint256) {
        return uint256(_delay) << _cancels;
    }

    /// @dev Sooner when the account's dead man's switch has triggered, also during a recovery.
    function _dueNow() private view returns (uint256) {
        uint256 triggeredAt = CheckIn(SystemContracts.CHECK_IN).switchOf(address(this)).triggeredAt;
        if (triggeredAt == 0) return _due;
        uint256 from = triggeredAt > _startedAt ? triggeredAt : _startedAt;
        return from + LEAST_DELAY < _due ? from + LEAST_DELAY : _due;
    }
}
