// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IERC5805} from "@openzeppelin/contracts/interfaces/IERC5805.sol";

/// @title Votes of locked PARS
/// @notice Amounts and votes are wei, times and durations are seconds. A lock weighs what the curve
/// of the network says for its amount and the time that remains of it. Votes of an account are the
/// weight of all locks whose owners delegate to it; without a word of the owner that is the owner.
/// @dev Of OpenZeppelin's VotesExtended this has `getPastDelegate` and `getPastBalanceOf`: the
/// votes of a delegatee at any past second are exactly the sum of the balances delegated to it.
interface IVePars is IERC5805 {
    struct Lock {
        /// @dev The owner's name for it, 0 to 15; free again after the withdrawal.
        uint256 id;
        uint256 amount;
        /// @dev From this second on it has no weight and is withdrawn. 0 while `kept` is not.
        uint256 end;
        /// @dev What remains of a lock that extends itself, whatever time passes; 0 of others.
        uint256 kept;
    }

    event Locked(address indexed account, uint256 indexed id, uint256 amount, uint256 end);
    event Increased(address indexed account, uint256 indexed id, uint256 added, uint256 amount);
    /// @dev One of `end` and `kept` is 0, as in Lock.
    event Extended(address indexed account, uint256 indexed id, uint256 end, uint256 kept);
    /// @dev One of `end` and `kept` is 0, as in Lock.
    event AutoExtended(address indexed account, uint256 indexed id, uint256 end, uint256 kept);
    event Withdrawn(address indexed account, uint256 indexed id, uint256 amount);

    error AmountTooSmall(uint256 amount, uint256 least);
    /// @dev Of all that is locked.
    error AmountTooLarge(uint256 total, uint256 most);
    error DurationOutOfRange(uint256 duration, uint256 least, uint256 most);
    error TooManyLocks(address account, uint256 most);
    error UnknownLock(address account, uint256 id);
    error LockEnded(uint256 id, uint256 end);
    error LockNotEnded(uint256 id, uint256 end);
    /// @dev It ends only after the owner has switched that off.
    error LockExtendsItself(uint256 id);
    /// @dev Ends, or durations of a lock that extends itself.
    error NotLonger(uint256 id, uint256 current, uint256 requested);
    error AutoExtendUnchanged(uint256 id, bool on);
    error InvalidDelegatee(address delegatee);
    error InvalidSignature(address account);
    /// @dev See `delegateByPQSig`.
    error EcdsaRefused();
    error WithdrawalRefused(address account, bytes output);
    /// @dev Only `lock` and `increase` take coins.
    error CoinsWithoutLock();
    error ERC5805FutureLookup(uint256 timepoint, uint48 clock);

    /// @notice Locks the coins sent with it, at least 0.01 PARS, for the caller.
    /// @param duration 30 days to 208 weeks; the lock ends at the first whole week since 1970 that
    /// does not begin before that.
    function lock(uint256 duration) external payable returns (uint256 id);

    /// @notice Adds the coins sent with it, at least 0.01 PARS, to a lock that has not ended.
    function increase(uint256 id) external payable;

    /// @notice Has a lock that has not ended last `duration` from now on, rounded as by `lock`.
    function extend(uint256 id, uint256 duration) external;

    /// @notice Switched on, the lock keeps the time that remains of it, at least 30 days and at
    /// most 208 weeks, and with it its weight. Switched off, that time begins to pass, rounded as
    /// by `lock`.
    function setAutoExtend(uint256 id, bool on) external;

    /// @notice Pays to its owner exactly what was locked, once the lock has ended.
    function withdraw(uint256 id) external;

    /// @notice As `delegate`, by a signature of `account` for Delegation(address account,
    /// address delegatee,uint256 nonce,uint256 expiry) in the domain VePars.
    /// @param nonce `nonces(account)`.
    /// @param expiry The last second at which it may be brought.
    /// @param signature See AccountAuthentication.
    function delegateByPQSig(
        address account,
        address delegatee,
        uint256 nonce,
        uint256 expiry,
        bytes calldata signature
    ) external;

    /// @notice Not withdrawn, also those that have ended.
    function locksOf(address account) external view returns (Lock[] memory);

    /// @notice The weight of the account's own locks, whoever votes with it.
    function balanceOf(address account) external view returns (uint256);

    function getPastBalanceOf(address account, uint256 timepoint) external view returns (uint256);

    /// @notice Never zero: the account itself before it named another.
    function getPastDelegate(address account, uint256 timepoint) external view returns (address);

    function totalSupply() external view returns (uint256);

    /// @notice Pieces of the weight from the end of a lock backwards: up to `weekCounts[i]` weeks
    /// before it the weight rises, by the same each second, to `weights[i]` basis points.
    function curve()
        external
        view
        returns (uint256[] memory weekCounts, uint256[] memory weights);
}
