// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {IERC6372} from "@openzeppelin/contracts/interfaces/IERC6372.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";

import {AccountAuthentication} from "../pq/AccountAuthentication.sol";
import {NetworkEIP712} from "../pq/NetworkEIP712.sol";
import {IVePars} from "./IVePars.sol";
import {Curve} from "./ve/Curve.sol";
import {Line} from "./ve/Line.sol";
import {Terms} from "./ve/Terms.sol";

/// @title VePars
/// @notice See IVePars. Owners alone act on their locks, and nobody locks for another: the 16 that
/// an account may have bound what moving its votes costs.
/// @dev The genesis may write the word `_curve`, see Curve; it stands in slot 1, and nothing
/// changes it later. Terms of a lock are kept for ever, as checkpoints; a lock that has ended
/// weighs nothing, so that its withdrawal changes no votes and its slot may hold another.
contract VePars is NetworkEIP712, Nonces, ReentrancyGuardTransient, IVePars {
    using Checkpoints for Checkpoints.Trace160;
    using Checkpoints for Checkpoints.Trace208;
    using Line for Line.Weights;
    using Terms for Terms.Term;

    struct Slots {
        /// @dev Bit i for slot i.
        uint16 occupied;
        /// @dev How many have ever been.
        uint8 used;
    }

    uint256 private constant LEAST_AMOUNT = 0.01 ether;
    uint256 private constant MOST_AMOUNT = type(uint112).max;
    uint256 private constant LEAST_DURATION = 30 days;
    uint256 private constant MOST_DURATION = 208 weeks;
    uint256 private constant MOST_LOCKS = 16;

    bytes32 private constant DELEGATION_TYPEHASH =
        keccak256("Delegation(address account,address delegatee,uint256 nonce,uint256 expiry)");

    uint256 private _curve;
    mapping(address account => Slots) private _slots;
    mapping(address account => mapping(uint256 id => Checkpoints.Trace208)) private _terms;
    mapping(address account => Checkpoints.Trace160) private _delegates;
    mapping(address delegatee => Line.Weights) private _votes;
    Line.Weights private _supply;

    receive() external payable {
        revert CoinsWithoutLock();
    }

    /// @inheritdoc IVePars
    function lock(uint256 duration) external payable returns (uint256 id) {
        uint256 end = _endAfter(duration);
        uint112 amount = _received();
        id = _occupy(msg.sender);
        Terms.Term[] memory none = new Terms.Term[](0);
        _replace(msg.sender, id, none, Terms.Term(amount, uint48(end), 0));
        emit Locked(msg.sender, id, amount, end);
    }

    /// @inheritdoc IVePars
    function increase(uint256 id) external payable {
        Terms.Term memory term = _live(id);
        uint112 amount = term.amount + _received();
        _replace(msg.sender, id, _list(term), Terms.Term(amount, term.end, term.kept));
        emit Increased(msg.sender, id, msg.value, amount);
    }

    /// @inheritdoc IVePars
    function extend(uint256 id, uint256 duration) external {
        Terms.Term memory term = _live(id);
        Terms.Term memory longer = Terms.Term(term.amount, 0, 0);
        uint256 end = _endAfter(duration);
        if (term.kept > 0) {
            if (duration <= term.kept) revert NotLonger(id, term.kept, duration);
            longer.kept = uint32(duration);
        } else {
            if (end <= term.end) revert NotLonger(id, term.end, end);
            longer.end = uint48(end);
        }
        _replace(msg.sender, id, _list(term), longer);
        emit Extended(msg.sender, id, longer.end, longer.kept);
    }

    /// @inheritdoc IVePars
    function setAutoExtend(uint256 id, bool on) external {
        Terms.Term memory term = _live(id);
        if (on == (term.kept > 0)) revert AutoExtendUnchanged(id, on);
        uint256 kept = Math.min(term.remainingAt(block.timestamp), MOST_DURATION);
        uint256 end = _endAfter(kept);
        Terms.Term memory changed = on
            ? Terms.Term(term.amount, 0, uint32(kept))
            : Terms.Term(term.amount, uint48(end), 0);
        _replace(msg.sender, id, _list(term), changed);
        emit AutoExtended(msg.sender, id, changed.end, changed.kept);
    }

    /// @inheritdoc IVePars
    function withdraw(uint256 id) external nonReentrant {
        Terms.Term memory term = _existing(id);
        if (term.kept > 0) revert LockExtendsItself(id);
        if (block.timestamp < term.end) revert LockNotEnded(id, term.end);
        _slots[msg.sender].occupied &= ~uint16(1 << id);
        emit Withdrawn(msg.sender, id, term.amount);
        (bool paid, bytes memory output) = msg.sender.call{value: term.amount}("");
        if (!paid) revert WithdrawalRefused(msg.sender, output);
    }

    /// @notice Has `delegatee` vote with all locks of the caller, those to come too; naming oneself
    /// takes it back.
    /// @dev Zero is refused: elsewhere it means that nobody votes.
    function delegate(address delegatee) external {
        _delegate(msg.sender, delegatee);
    }

    /// @inheritdoc IVePars
    function delegateByPQSig(
        address account,
        address delegatee,
        uint256 nonce,
        uint256 expiry,
        bytes calldata signature
    ) external {
        if (block.timestamp > expiry) revert VotesExpiredSignature(expiry);
        _useCheckedNonce(account, nonce);
        bytes32 digest = _typedDataHash(
            keccak256(abi.encode(DELEGATION_TYPEHASH, account, delegatee, nonce, expiry))
        );
        if (!AccountAuthentication.isValidSignature(account, digest, signature)) {
            revert InvalidSignature(account);
        }
        _delegate(account, delegatee);
    }

    /// @notice Always refused: accounts have no ECDSA keys. See `delegateByPQSig`.
    function delegateBySig(address, uint256, uint256, uint8, bytes32, bytes32) external pure {
        revert EcdsaRefused();
    }

    /// @inheritdoc IVotes
    function getVotes(address account) external view returns (uint256) {
        return _votes[account].votesAt(block.timestamp);
    }

    /// @inheritdoc IVotes
    function getPastVotes(address account, uint256 timepoint) external view returns (uint256) {
        return _votes[account].votesAt(_past(timepoint));
    }

    /// @inheritdoc IVotes
    function getPastTotalSupply(uint256 timepoint) external view returns (uint256) {
        return _supply.votesAt(_past(timepoint));
    }

    /// @inheritdoc IVePars
    function totalSupply() external view returns (uint256) {
        return _supply.votesAt(block.timestamp);
    }

    /// @inheritdoc IVePars
    function getPastBalanceOf(address account, uint256 timepoint)
        external
        view
        returns (uint256)
    {
        return _balanceAt(account, _past(timepoint));
    }

    /// @inheritdoc IVePars
    function balanceOf(address account) external view returns (uint256) {
        return _balanceAt(account, clock());
    }

    /// @inheritdoc IVePars
    function getPastDelegate(address account, uint256 timepoint) external view returns (address) {
        address named = address(_delegates[account].upperLookupRecent(_past(timepoint)));
        return named == address(0) ? account : named;
    }

    /// @inheritdoc IVePars
    function locksOf(address account) external view returns (Lock[] memory locks) {
        uint256 occupied = _slots[account].occupied;
        locks = new Lock[](_count(occupied));
        uint256 filled = 0;
        for (uint256 id = 0; id < MOST_LOCKS; id++) {
            if (!_isOccupied(occupied, id)) continue;
            Terms.Term memory term = _termOf(account, id);
            locks[filled++] = Lock(id, term.amount, term.end, term.kept);
        }
    }

    /// @inheritdoc IVePars
    function curve()
        external
        view
        returns (uint256[] memory weekCounts, uint256[] memory weights)
    {
        Curve.Piece[] memory pieces = Curve.decode(_curve);
        (weekCounts, weights) = (new uint256[](pieces.length), new uint256[](pieces.length));
        uint256 weight = 0;
        for (uint256 index = 0; index < pieces.length; index++) {
            weight += pieces[index].weight;
            (weekCounts[index], weights[index]) = (pieces[index].to / 1 weeks, weight);
        }
    }

    /// @inheritdoc IVotes
    function delegates(address account) public view returns (address) {
        address named = address(_delegates[account].latest());
        return named == address(0) ? account : named;
    }

    /// @inheritdoc IERC6372
    function clock() public view returns (uint48) {
        return SafeCast.toUint48(block.timestamp);
    }

    /// @inheritdoc IERC6372
    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() external pure returns (string memory) {
        return "mode=timestamp";
    }

    function _delegate(address account, address delegatee) private {
        if (delegatee == address(0)) revert InvalidDelegatee(delegatee);
        address former = delegates(account);
        if (former == delegatee) return;
        _delegates[account].push(clock(), uint160(delegatee));
        emit DelegateChanged(account, former, delegatee);
        Terms.Term[] memory moved = _termsOf(account);
        if (moved.length == 0) return;
        Terms.Term[] memory none = new Terms.Term[](0);
        _changeVotes(former, moved, none);
        _changeVotes(delegatee, none, moved);
    }

    /// @param former None or one.
    function _replace(
        address account,
        uint256 id,
        Terms.Term[] memory former,
        Terms.Term memory next
    ) private {
        Terms.Term[] memory added = _list(next);
        _terms[account][id].push(clock(), next.pack());
        _supply.change(Curve.decode(_curve), former, added);
        _changeVotes(delegates(account), former, added);
    }

    function _changeVotes(
        address delegatee,
        Terms.Term[] memory removed,
        Terms.Term[] memory added
    ) private {
        (uint256 before, uint256 votes) =
            _votes[delegatee].change(Curve.decode(_curve), removed, added);
        if (before != votes) emit DelegateVotesChanged(delegatee, before, votes);
    }

    /// @dev The lowest free slot, so that those ever used are the first ones.
    function _occupy(address account) private returns (uint256 id) {
        Slots storage slots = _slots[account];
        uint256 occupied = slots.occupied;
        while (_isOccupied(occupied, id)) id++;
        if (id == MOST_LOCKS) revert TooManyLocks(account, MOST_LOCKS);
        slots.occupied = uint16(occupied | (1 << id));
        if (id == slots.used) slots.used++;
    }

    /// @dev Bounds what is locked by all that is here: coins may have come without a call.
    function _received() private view returns (uint112) {
        if (msg.value < LEAST_AMOUNT) revert AmountTooSmall(msg.value, LEAST_AMOUNT);
        uint256 total = address(this).balance;
        if (total > MOST_AMOUNT) revert AmountTooLarge(total, MOST_AMOUNT);
        return uint112(msg.value);
    }

    function _existing(uint256 id) private view returns (Terms.Term memory) {
        if (!_isOccupied(_slots[msg.sender].occupied, id)) revert UnknownLock(msg.sender, id);
        return _termOf(msg.sender, id);
    }

    function _live(uint256 id) private view returns (Terms.Term memory term) {
        term = _existing(id);
        if (term.remainingAt(block.timestamp) == 0) revert LockEnded(id, term.end);
    }

    function _termsOf(address account) private view returns (Terms.Term[] memory terms) {
        uint256 occupied = _slots[account].occupied;
        terms = new Terms.Term[](_count(occupied));
        uint256 filled = 0;
        for (uint256 id = 0; id < MOST_LOCKS; id++) {
            if (_isOccupied(occupied, id)) terms[filled++] = _termOf(account, id);
        }
    }

    function _balanceAt(address account, uint48 time) private view returns (uint256 votes) {
        Curve.Piece[] memory pieces = Curve.decode(_curve);
        uint256 used = _slots[account].used;
        for (uint256 id = 0; id < used; id++) {
            Terms.Term memory term =
                Terms.unpack(_terms[account][id].upperLookupRecent(time));
            votes += Curve.weigh(pieces, term.amount, term.remainingAt(time));
        }
    }

    function _termOf(address account, uint256 id) private view returns (Terms.Term memory) {
        return Terms.unpack(_terms[account][id].latest());
    }

    function _endAfter(uint256 duration) private view returns (uint256) {
        if (duration < LEAST_DURATION || duration > MOST_DURATION) {
            revert DurationOutOfRange(duration, LEAST_DURATION, MOST_DURATION);
        }
        return Math.ceilDiv(block.timestamp + duration, 1 weeks) * 1 weeks;
    }

    function _past(uint256 timepoint) private view returns (uint48) {
        uint48 present = clock();
        if (timepoint >= present) revert ERC5805FutureLookup(timepoint, present);
        return uint48(timepoint);
    }

    function _isOccupied(uint256 occupied, uint256 id) private pure returns (bool) {
        return occupied & (1 << id) != 0;
    }

    function _count(uint256 occupied) private pure returns (uint256 count) {
        for (uint256 left = occupied; left != 0; left &= left - 1) count++;
    }

    function _domain() internal pure override returns (string memory, string memory) {
        return ("VePars", "1");
    }

    function _list(Terms.Term memory term) private pure returns (Terms.Term[] memory list) {
        list = new Terms.Term[](1);
        list[0] = term;
    }
}
