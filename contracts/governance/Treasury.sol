// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {SystemContracts} from "../system/SystemContracts.sol";
import {IChainParams} from "./IChainParams.sol";
import {IParsGovernor} from "./IParsGovernor.sol";
import {Parameters} from "./Parameters.sol";

/// @title The network's own PARS
/// @notice Only the timelock spends: at once, or as a stream that vests second by second. What
/// streams owe is reserved, and nothing else can spend it. Amounts are in wei, times in seconds.
/// All proposals of a tier but the highest share one allowance. What is spent of it, at once or by
/// opening a stream, comes back evenly, the whole of it in `treasury.period`: a tier spends at most
/// its allowance at once, and less than twice that within any one period.
/// @dev Recipients are paid when somebody asks for it and never by an act of governance but
/// `spend`: a recipient who refuses payment, or wastes gas, holds up nobody else.
/// Tiers have allowances of their own: what little agreement spends is not missing where there is
/// more of it. A cancelled stream gives none back, or it could be opened and cancelled without end.
/// Storage: 0 reserved, 1 streams, 2 what tiers have spent.
contract Treasury is ReentrancyGuardTransient {
    /// @notice Nothing vests before the cliff; at the cliff all that accrued since the start does.
    struct Stream {
        address recipient;
        uint48 start;
        uint48 cliff;
        uint48 end;
        /// @dev Zero as long as it runs. From then on `amount` is what had vested.
        uint48 cancelledAt;
        uint256 amount;
        uint256 withdrawn;
    }

    /// @param amount Of the allowance, as of `since`; it falls from then on.
    struct Spending {
        uint208 amount;
        uint48 since;
    }

    event Received(address indexed from, uint256 amount);
    event Spent(address indexed to, uint256 amount);
    event StreamOpened(
        uint256 indexed id,
        address indexed recipient,
        uint256 amount,
        uint256 start,
        uint256 cliff,
        uint256 end
    );
    /// @param vested What the recipient keeps, withdrawn or not.
    /// @param freed What the treasury has back.
    event StreamCancelled(uint256 indexed id, uint256 vested, uint256 freed);
    event StreamHandedOver(uint256 indexed id, address indexed from, address indexed to);
    event Withdrawn(uint256 indexed id, address indexed recipient, uint256 amount);

    error OnlyTimelock(address caller);
    error OnlyRecipient(address caller);
    error InvalidRecipient(address recipient);
    error NothingToPay();
    error InsufficientFunds(uint256 amount, uint256 available);
    /// @param left What the tier may spend now.
    error OverTierSpending(uint8 tier, uint256 amount, uint256 left);
    error UnknownTier(uint8 tier, uint8 most);
    /// @dev Nobody voted for what the timelock does.
    error NoProposalRuns();
    error InvalidTimes(uint256 start, uint256 cliff, uint256 end);
    error NoSuchStream(uint256 id);
    error NothingToWithdraw(uint256 id);
    error NothingToCancel(uint256 id);
    error PaymentRefused(address recipient);

    /// @notice The longest stream, and how far ahead one may start: 10 years of 365 days.
    uint256 public constant MOST_SECONDS = 3650 days;
    /// @notice The most streams that one call of `streams` gives.
    uint256 public constant MOST_PER_PAGE = 100;
    uint8 private constant HIGHEST = Parameters.TIERS - 1;

    /// @notice What streams still owe, vested or not.
    uint256 public reserved;
    Stream[] private _streams;
    mapping(uint8 tier => Spending) private _spendings;

    modifier onlyTimelock() {
        if (msg.sender != _timelock()) revert OnlyTimelock(msg.sender);
        _;
    }

    receive() external payable {
        emit Received(msg.sender, msg.value);
    }

    /// @notice Pays at once.
    function spend(address to, uint256 amount) external onlyTimelock nonReentrant {
        _requirePayable(to, amount);
        _charge(amount);
        emit Spent(to, amount);
        _pay(to, amount);
    }

    /// @notice Reserves `amount` for `to`, linear from `start` to `end`, none of it before `cliff`.
    /// @dev A start in the past gives what accrued since. An end in the past is refused, so that a
    /// mistaken time does not turn a stream into a payment.
    function openStream(address to, uint256 amount, uint256 start, uint256 cliff, uint256 end)
        external
        onlyTimelock
        returns (uint256 id)
    {
        _requirePayable(to, amount);
        bool ordered = start <= cliff && cliff <= end && end > block.timestamp;
        bool sane = ordered && start <= block.timestamp + MOST_SECONDS
            && end - start <= MOST_SECONDS;
        if (!sane) revert InvalidTimes(start, cliff, end);
        _charge(amount);
        reserved += amount;
        id = _streams.length;
        _streams.push(Stream(to, uint48(start), uint48(cliff), uint48(end), 0, amount, 0));
        emit StreamOpened(id, to, amount, start, cliff, end);
    }

    /// @notice Ends a stream: what has vested stays the recipient's, the rest is the treasury's
    /// again. No tier may spend more for it.
    function cancelStream(uint256 id) external onlyTimelock {
        Stream storage one = _stream(id);
        (uint256 vestedNow, uint256 amount) = (_vested(one), one.amount);
        if (vestedNow == amount) revert NothingToCancel(id);
        (one.amount, one.cancelledAt) = (vestedNow, uint48(block.timestamp));
        reserved -= amount - vestedNow;
        emit StreamCancelled(id, vestedNow, amount - vestedNow);
    }

    /// @notice Pays the recipient what has vested. Anyone may ask for it.
    function withdraw(uint256 id) external nonReentrant returns (uint256 amount) {
        Stream storage one = _stream(id);
        amount = _vested(one) - one.withdrawn;
        if (amount == 0) revert NothingToWithdraw(id);
        address recipient = one.recipient;
        one.withdrawn += amount;
        reserved -= amount;
        emit Withdrawn(id, recipient, amount);
        _pay(recipient, amount);
    }

    /// @notice Makes `to` the recipient, also of what has vested and was not withdrawn. Only by the
    /// recipient: somebody who moves to another account.
    function handOver(uint256 id, address to) external {
        Stream storage one = _stream(id);
        if (msg.sender != one.recipient) revert OnlyRecipient(msg.sender);
        _requireRecipient(to);
        one.recipient = to;
        emit StreamHandedOver(id, msg.sender, to);
    }

    /// @notice What is not reserved.
    function available() public view returns (uint256) {
        return address(this).balance - reserved;
    }

    /// @notice What a proposal of `tier` could spend now.
    function spendable(uint8 tier) external view returns (uint256) {
        if (tier > HIGHEST) revert UnknownTier(tier, HIGHEST);
        if (tier == HIGHEST) return available();
        (, uint256 left) = _standing(tier);
        return Math.min(left, available());
    }

    function streamCount() external view returns (uint256) {
        return _streams.length;
    }

    function stream(uint256 id) external view returns (Stream memory) {
        return _stream(id);
    }

    /// @notice Streams from id `first` on, at most MOST_PER_PAGE.
    function streams(uint256 first, uint256 most) external view returns (Stream[] memory page) {
        uint256 count = _streams.length;
        uint256 left = first < count ? count - first : 0;
        page = new Stream[](Math.min(left, Math.min(most, MOST_PER_PAGE)));
        for (uint256 index = 0; index < page.length; index++) {
            page[index] = _streams[first + index];
        }
    }

    /// @notice What of a stream is the recipient's by now, withdrawn or not.
    function vested(uint256 id) external view returns (uint256) {
        return _vested(_stream(id));
    }

    /// @notice What `withdraw` would pay.
    function withdrawable(uint256 id) external view returns (uint256) {
        Stream storage one = _stream(id);
        return _vested(one) - one.withdrawn;
    }

    function _timelock() internal view virtual returns (address) {
        return SystemContracts.TIMELOCK;
    }

    /// @return Of the proposal whose actions run.
    function _runningTier() internal view virtual returns (uint8) {
        IParsGovernor governor = IParsGovernor(SystemContracts.GOVERNOR);
        uint256 proposal = governor.executing();
        if (proposal == 0) revert NoProposalRuns();
        return governor.termsOf(proposal).tier;
    }

    /// @dev Counts `amount` as spent by the tier of what runs.
    function _charge(uint256 amount) private {
        uint8 tier = _runningTier();
        if (tier == HIGHEST) return;
        (uint256 spent, uint256 left) = _standing(tier);
        if (amount > left) revert OverTierSpending(tier, amount, left);
        _spendings[tier] = Spending(SafeCast.toUint208(spent + amount), uint48(block.timestamp));
    }

    /// @dev By the parameters in force, also for the time before they were. What came back is
    /// rounded down, and the fraction of a wei is lost with the next spending.
    /// @return spent What of the allowance of `tier` is gone.
    /// @return left What is not.
    function _standing(uint8 tier) private view returns (uint256 spent, uint256 left) {
        uint256 allowance = _parameter(tier == 0 ? Parameters.MINOR_SPEND : Parameters.MAJOR_SPEND);
        Spending storage spending = _spendings[tier];
        uint256 elapsed = block.timestamp - spending.since;
        uint256 back = Math.mulDiv(allowance, elapsed, _parameter(Parameters.TREASURY_PERIOD));
        spent = Math.saturatingSub(spending.amount, back);
        left = Math.saturatingSub(allowance, spent);
    }

    function _parameter(bytes32 key) private view returns (uint256) {
        return IChainParams(SystemContracts.CHAIN_PARAMS).get(key);
    }

    function _vested(Stream storage one) private view returns (uint256) {
        (uint256 start, uint256 end) = (one.start, one.end);
        if (one.cancelledAt > 0 || block.timestamp >= end) return one.amount;
        if (block.timestamp < one.cliff) return 0;
        return Math.mulDiv(one.amount, block.timestamp - start, end - start);
    }

    function _stream(uint256 id) private view returns (Stream storage) {
        if (id >= _streams.length) revert NoSuchStream(id);
        return _streams[id];
    }

    function _requirePayable(address to, uint256 amount) private view {
        _requireRecipient(to);
        if (amount == 0) revert NothingToPay();
        uint256 free = available();
        if (amount > free) revert InsufficientFunds(amount, free);
    }

    function _requireRecipient(address to) private view {
        if (to == address(0) || to == address(this)) revert InvalidRecipient(to);
    }

    /// @dev What the recipient returns is not copied: it could be made to cost any gas.
    function _pay(address to, uint256 amount) private {
        if (!LowLevelCall.callNoReturn(to, amount, "")) revert PaymentRefused(to);
    }
}
